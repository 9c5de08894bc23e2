"""Those who send: customers, a bot, and a thief with somebody's password.

    with Bot(stream, url):                      while inside, it sends
    with Orders(stream, url, every_s=1.5):
    with Thief(stream, port, login):
    attempt(stream, port, login)                one message; the server's reply
"""
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from lab import smtp

TIMEOUT_S = 30


def _post(url, fields):
    data = urllib.parse.urlencode(fields).encode()
    try:
        with urllib.request.urlopen(url, data, TIMEOUT_S) as reply:
            return reply.status
    except urllib.error.HTTPError as e:
        return e.code
    except OSError:
        return 0


def _answer(code):
    if code // 100 == 2:
        return "accepted"
    return {4: "tempfailed", 5: "rejected"}.get(code // 100, "failed")


class _Sender:
    """Threads that do the same thing over and over."""
    threads = 1

    def __init__(self, stream):
        self._stream = stream
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True)
                         for _ in range(self.threads)]

    def __enter__(self):
        for t in self._threads:
            t.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for t in self._threads:
            t.join(TIMEOUT_S)


class Bot(_Sender):
    """Fills in the contact form as fast as it can; it has no idea of the sum."""
    threads = 3

    def __init__(self, stream, url):
        super().__init__(stream)
        self._url = url + "/contact.php"

    def _run(self):
        s = self._stream
        while not self._stop.is_set():
            n = s.offer()
            code = _post(self._url, {
                "email": f"victim{n}@elsewhere.test", "subject": s.mark(n),
                "message": "Cheap watches!", "captcha": "dunno"})
            s.answered(n, "accepted" if code == 200 else "failed")


class Orders(_Sender):
    """A customer every now and then."""

    def __init__(self, stream, url, every_s):
        super().__init__(stream)
        self._url = url + "/order.php"
        self._every_s = every_s

    def _run(self):
        s, due = self._stream, time.monotonic()
        while not self._stop.wait(max(0, due - time.monotonic())):
            n = s.offer()
            code = _post(self._url, {
                "email": f"customer{n}@home.test", "number": s.mark(n)})
            s.answered(n, "accepted" if code == 200 else "failed")
            due += self._every_s


class Thief(_Sender):
    """Floods the submission port with a login that is not his."""
    threads = 2

    def __init__(self, stream, port, login):
        super().__init__(stream)
        self._port, self._login = port, login

    def _run(self):
        client = smtp.Smtp(self._port, self._login)
        while not self._stop.is_set():
            if not _send(self._stream, client, self._login).code:
                return
        client.close()


def _send(stream, client, login):
    n = stream.offer()
    try:
        reply = client.send(f"{login[0]}@example.test", [f"victim{n}@elsewhere.test"],
                            marker=stream.mark(n))
    except OSError as e:
        reply = smtp.Reply(0, str(e))
    stream.answered(n, _answer(reply.code))
    return reply


def attempt(stream, port, login):
    client = smtp.Smtp(port, login)
    try:
        return _send(stream, client, login)
    finally:
        client.close()
