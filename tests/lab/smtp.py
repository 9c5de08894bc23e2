"""An SMTP client that says what the server answered.

    s = Smtp(port, login=("alice", "secret"), source="127.0.0.2")
    s.send(sender, rcpts, marker="m1", headers={...}, options=[...])
        -> Reply(code, text), of the first command that was refused, or of the
           final dot
    s.close()
    send(port, sender, rcpts, login=.., source=.., **as above)
        one message, one session

sender and rcpts are written as they are, so that odd spellings arrive. The
text of the message is [marker].
"""
import collections
import smtplib

Reply = collections.namedtuple("Reply", "code text")


def message(sender, marker, headers=None):
    lines = ["From: " + (sender.strip("<>") or "postmaster@example.test"),
             "Subject: " + marker]
    lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
    return "\r\n".join(lines + ["", f"[{marker}]", ""])


class Smtp:
    def __init__(self, port, login=None, source=None):
        self._s = smtplib.SMTP("127.0.0.1", port, local_hostname="client.test",
                               timeout=60,
                               source_address=(source, 0) if source else None)
        self._s.ehlo()
        if login:
            self._s.login(*login)

    def send(self, sender, rcpts, marker="m", headers=None, options=()):
        s = self._s
        steps = [f"MAIL FROM:{_bracket(sender)} {' '.join(options)}".rstrip()]
        steps += ["RCPT TO:" + _bracket(r) for r in rcpts]
        for step in steps:
            reply = Reply(*s.docmd(step))
            if reply.code != 250:
                s.docmd("RSET")
                return _decoded(reply)
        return _decoded(Reply(*s.data(message(sender, marker, headers))))

    def close(self):
        try:
            self._s.quit()
        except (smtplib.SMTPServerDisconnected, OSError):
            pass


def send(port, sender, rcpts, login=None, source=None, **more):
    s = Smtp(port, login, source)
    try:
        return s.send(sender, rcpts, **more)
    finally:
        s.close()


def _bracket(address):
    return address if "<" in address else f"<{address}>"


def _decoded(reply):
    return Reply(reply.code, reply.text.decode("utf-8", "replace"))
