"""A proxy between sluiced and Redis, which can lie to sluiced.

    proxy = Proxy(path, target)     listens there at once; target: a UNIX socket
    proxy.address                   what sluiced -r takes
    proxy.target = path             for connections from now on
    proxy.cut()                     closes all there are
    proxy.fault = f                 from now on f(client, replies) sends what Redis
                                    answered to a batch with EVALSHA in it, or
                                    something else; None: all is as it was said
    proxy.told                      batches that were left to a fault
    proxy.close()

Replies are bytes, one for each command of the batch. A fault may raise
ConnectionError, which closes the connection.
"""
import os
import socket
import threading


def _end(data, at):
    """Where the RESP value that begins at `at` ends; None: not all is there."""
    eol = data.find(b"\r\n", at)
    if eol < 0:
        return None
    kind, text, at = data[at:at + 1], data[at + 1:eol], eol + 2
    if kind == b"$" and int(text) >= 0:
        at += int(text) + 2
        return at if at <= len(data) else None
    for _ in range(int(text) if kind == b"*" else 0):
        at = _end(data, at)
        if at is None:
            return None
    return at


class _Stream:
    """The values that come from one side."""

    def __init__(self, sock):
        self._socket = sock
        self._data = b""

    def batch(self):
        """All that are complete; waits for the first."""
        values = []
        while not values:
            piece = self._socket.recv(1 << 20)
            if not piece:
                raise ConnectionError("closed")
            self._data += piece
            while self._data and (end := _end(self._data, 0)) is not None:
                values.append(self._data[:end])
                self._data = self._data[end:]
        return values


class Proxy:
    def __init__(self, path, target):
        self.address = "unix:" + path
        self.target = target
        self.fault = None
        self.told = 0
        self._open = set()
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        os.chmod(path, 0o777)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        with client, server:
            with self._lock:
                self._open |= {client, server}
            try:
                server.connect(self.target)
                self._pass_on(client, server)
            except OSError:
                pass
            with self._lock:
                self._open -= {client, server}

    def _pass_on(self, client, server):
        commands, replies = _Stream(client), _Stream(server)
        while True:
            asked, answered = commands.batch(), []
            server.sendall(b"".join(asked))
            while len(answered) < len(asked):
                answered += replies.batch()
            fault = self.fault
            if fault is None or not any(b"EVALSHA" in a[:32] for a in asked):
                client.sendall(b"".join(answered))
            else:
                self.told += 1
                fault(client, answered)

    def cut(self):
        with self._lock:
            for sock in self._open:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
