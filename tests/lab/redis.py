"""A private redis-server on a UNIX socket.

    redis = Redis(procs, dir, **options)    options as in redis.conf, _ for -
    redis.start() stop() kill9() pause() resume()
    redis.ask("GET", "key")     bytes, int, None or list; RedisError
    with redis.line() as ask:   the same, several on one connection
    redis.forget()              what it has kept on disk; while it is stopped
    redis.address               what sluiced -r takes

It keeps nothing on disk unless options say so: a new start is empty. It runs
as nobody, like sluiced; PHP's user cannot reach it.
"""
import contextlib
import os
import shutil
import socket

from .wait import until


class RedisError(Exception):
    """The server answered with an error."""


class Redis:
    def __init__(self, procs, directory, **options):
        self._procs = procs
        self._dir = os.path.join(directory, "redis")
        self._log = os.path.join(directory, "log", "redis.log")
        self.socket = os.path.join(self._dir, "redis.sock")
        self.address = "unix:" + self.socket
        self.options = {"save": "", "appendonly": "no",
                        "maxmemory-policy": "noeviction"}
        self.options.update((k.replace("_", "-"), v) for k, v in options.items())
        self._process = None
        os.mkdir(self._dir, 0o700)
        shutil.chown(self._dir, "nobody", "nogroup")

    def start(self):
        argv = ["redis-server", "--port", "0", "--unixsocket", self.socket,
                "--unixsocketperm", "700", "--dir", self._dir,
                "--daemonize", "no", "--loglevel", "warning"]
        for name, value in self.options.items():
            argv += ["--" + name, str(value)]
        self._process = self._procs.start(argv, self._log, cwd=self._dir,
                                          user="nobody", group="nogroup")
        until(self._answers, "redis-server to answer")
        return self

    def _answers(self):
        try:
            return self.ask("PING") == b"PONG"
        except (OSError, RedisError):
            return False

    def stop(self):
        return self._process.stop()

    def kill9(self):
        self._process.kill9()

    def pause(self):
        """SIGSTOP: connections are accepted, nothing is answered."""
        self._process.pause()

    def resume(self):
        self._process.resume()

    def forget(self):
        shutil.rmtree(os.path.join(self._dir, "appendonlydir"), ignore_errors=True)

    @contextlib.contextmanager
    def line(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.socket)
            with s.makefile("rb") as f:
                def ask(*args):
                    s.sendall(_command(args))
                    return _reply(f)
                yield ask

    def ask(self, *args):
        with self.line() as ask:
            return ask(*args)


def _command(args):
    out = b"*%d\r\n" % len(args)
    for a in args:
        a = a if isinstance(a, bytes) else str(a).encode()
        out += b"$%d\r\n%s\r\n" % (len(a), a)
    return out


def _reply(f):
    line = f.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("redis-server closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        raise RedisError(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        if rest == b"-1":
            return None
        return f.read(int(rest) + 2)[:-2]
    if kind == b"*":
        return [_reply(f) for _ in range(int(rest))]
    return rest
