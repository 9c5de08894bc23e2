"""An SMTP server on loopback that keeps every message: where mail ends.

    sink = Sink()               listens at once, in threads of its own
    sink.port
    sink.messages()             a list of Message, in order of arrival
    sink.count(text)            how many hold this text in their data
    sink.close()

A Message has sender, rcpts (a list), headers ([(name, value)], in order),
data (the whole text) and header(name): a list of the values.
"""
import email
import socketserver
import threading


class Message:
    def __init__(self, sender, rcpts, data):
        self.sender = sender
        self.rcpts = rcpts
        self.data = data
        self.headers = email.message_from_string(data).items()

    def header(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]


def _path(line):
    return line[line.index("<") + 1:line.index(">")]


class _Session(socketserver.StreamRequestHandler):
    def _say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def _line(self):
        return self.rfile.readline().decode("utf-8", "replace")

    def handle(self):
        sender, rcpts = None, []
        self._say("220 sink ESMTP")
        while line := self._line():
            verb = line[:4].upper()
            if verb == "MAIL":
                sender, rcpts = _path(line), []
            elif verb == "RCPT":
                rcpts.append(_path(line))
            elif verb == "DATA":
                self._say("354 go on")
                self.server.add(Message(sender, rcpts, self._data()))
            elif verb == "QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _data(self):
        lines = []
        while (line := self._line()) and line != ".\r\n":
            lines.append(line[1:] if line.startswith(".") else line)
        return "".join(lines).replace("\r\n", "\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        self.lock = threading.Lock()
        self.all = []
        super().__init__(("127.0.0.1", 0), _Session)

    def add(self, message):
        with self.lock:
            self.all.append(message)

    def handle_error(self, request, client_address):
        pass                    # a client that went away: Postfix was stopped


class Sink:
    def __init__(self):
        self._server = _Server()
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever,
                         kwargs={"poll_interval": 0.1}, daemon=True).start()

    def messages(self):
        with self._server.lock:
            return list(self._server.all)

    def count(self, text):
        return sum(text in m.data for m in self.messages())

    def close(self):
        self._server.shutdown()
        self._server.server_close()
