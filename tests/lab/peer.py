"""The mail server's side of the milter protocol, as Postfix speaks it.

    with Peer(node.milter) as p:
        p.negotiate()               Negotiated: actions, steps, macros by stage
        p.connect(LOCAL)            or SMTP, or {**SMTP, "client": "192.0.2.7"}
        p.mail("a@b.test", login=None)
        p.rcpt("c@d.test")
        p.header(name, value)
        v = p.eom("4F2A1")          Verdict
        p.abort()
    deliver(node.milter, LOCAL, headers=[...])  -> Verdict, one message in all

Before the end of a message every reply must be "continue", and none must come
where none was negotiated; anything else raises Odd. send() and packet() say
what no mail server would.
"""
import dataclasses
import socket
import struct

# What Postfix 3.7 offers (F1).
ACTIONS = 0x1FF
STEPS = 0x1FFFFF

QUARANTINE, CHGHDRS, SETSYMLIST = 0x20, 0x10, 0x100
NOHELO, NOBODY, NOEOH, NR_HDR = 0x2, 0x10, 0x40, 0x80
NOUNKNOWN, NODATA, SKIP = 0x100, 0x200, 0x400
NR_CONN, NR_MAIL, NR_RCPT = 0x1000, 0x4000, 0x8000

STAGES = {0: "connect", 1: "helo", 2: "mail", 3: "rcpt", 4: "data", 5: "eom", 6: "eoh"}
FINAL = b"cartdy"       # replies that end a command

LOCAL = {"daemon_name": "LOCAL", "daemon_port": "0", "client": "127.0.0.1", "port": 0}
SMTP = {"daemon_name": "smtpd", "daemon_port": "25", "client": "192.0.2.1", "port": 4711}


class Odd(Exception):
    """The filter said what a mail server does not expect."""


@dataclasses.dataclass
class Negotiated:
    version: int
    actions: int
    steps: int
    macros: dict        # stage -> list of names


@dataclasses.dataclass
class Verdict:
    reply: bytes        # the final packet, as it came
    changes: list       # packets before it

    @property
    def word(self):
        if self.reply[:1] == b"y":
            return {b"4": "tempfail", b"5": "reject"}.get(self.reply[1:2], "odd")
        if self.reply in (b"c", b"a"):
            return "hold" if self.quarantine is not None else "accept"
        return {b"t": "tempfail", b"r": "reject"}.get(self.reply, "odd")

    @property
    def text(self):
        """The reply text as Postfix would give it on, "" if there is none."""
        return self.reply[1:].rstrip(b"\0").decode() if self.reply[:1] == b"y" else ""

    @property
    def quarantine(self):
        held = [c[1:].rstrip(b"\0") for c in self.changes if c[:1] == b"q"]
        return held[0].decode() if held else None

    @property
    def removed(self):
        """Headers taken out: (number, name)."""
        return [(struct.unpack("!I", c[1:5])[0], c[5:].split(b"\0")[0].decode())
                for c in self.changes if c[:1] == b"m" and c.endswith(b"\0\0")]


class Peer:
    def __init__(self, address, timeout_s=30):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        self.socket.connect(address.removeprefix("unix:"))
        self.macros = {}
        self.steps = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def packet(self, command, data=b""):
        self.send(struct.pack("!I", 1 + len(data)) + command + data)

    def _read(self, n):
        data = b""
        while len(data) < n:
            piece = self.socket.recv(n - len(data))
            if not piece:
                raise EOFError("the filter closed the connection")
            data += piece
        return data

    def receive(self):
        return self._read(struct.unpack("!I", self._read(4))[0])

    def is_closed(self):
        """Waits for the end of the connection; False: data came."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def is_silent(self):
        """Nothing has come so far."""
        self.socket.setblocking(False)
        try:
            return self.socket.recv(1, socket.MSG_PEEK) is None
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(30)

    def negotiate(self, actions=ACTIONS, steps=STEPS):
        self.packet(b"O", struct.pack("!III", 6, actions, steps))
        answer = self.receive()
        if answer[:1] != b"O":
            raise Odd(f"negotiation was answered {answer!r}")
        version, actions, steps = struct.unpack("!III", answer[1:13])
        fields = answer[13:]
        while fields:
            stage = STAGES[struct.unpack("!I", fields[:4])[0]]
            names, fields = fields[4:].split(b"\0", 1)
            self.macros[stage] = names.decode().split()
        self.steps = steps
        return Negotiated(version, actions, steps, dict(self.macros))

    def _define(self, stage, command, values):
        """As Postfix: only macros that were asked for, if any were."""
        wanted = self.macros.get(stage)
        out = b"".join(f"{n}\0{v}\0".encode() for n, v in values.items()
                       if v is not None and (wanted is None or n in wanted))
        self.packet(b"D", command + out)

    def _continue(self, command, data, is_silent=False):
        self.packet(command, data)
        if not is_silent:
            answer = self.receive()
            if answer != b"c":
                raise Odd(f"{command!r} was answered {answer!r}")
        elif not self.is_silent():
            raise Odd(f"{command!r} was answered, and should not be")

    def connect(self, how):
        self._define("connect", b"C", {
            "j": "mx.test", "{daemon_name}": how["daemon_name"],
            "{daemon_port}": how["daemon_port"], "{client_addr}": how["client"],
            "{client_port}": how["port"]})
        family = b"6" if ":" in how["client"] else b"4"
        self._continue(b"C", b"host.test\0" + family + struct.pack("!H", how["port"]) +
                       how["client"].encode() + b"\0", self.steps & NR_CONN)

    def mail(self, sender, login=None, raw=None, author=None):
        """raw: the argument as typed, where it is not <sender>."""
        self._define("mail", b"M", {
            "{mail_addr}": sender, "{auth_authen}": login,
            "{auth_type}": "PLAIN" if login else None, "{auth_author}": author})
        raw = f"<{sender or ''}>" if raw is None else raw
        self._continue(b"M", raw.encode() + b"\0", self.steps & NR_MAIL)

    def rcpt(self, address):
        self._define("rcpt", b"R", {"{rcpt_addr}": address})
        self._continue(b"R", f"<{address}>\0".encode(), self.steps & NR_RCPT)

    def header(self, name, value):
        self._continue(b"L", f"{name}\0{value}\0".encode(), self.steps & NR_HDR)

    def eom(self, queue_id=None):
        self._define("eom", b"E", {"i": queue_id})
        self.packet(b"E")
        changes = []
        while True:
            answer = self.receive()
            if answer[:1] in [bytes([c]) for c in FINAL]:
                return Verdict(answer, changes)
            changes.append(answer)

    def abort(self):
        self.packet(b"A")

    def message(self, sender="a@example.test", login=None, headers=(), rcpts=1,
                queue_id="4F2A1"):
        self.mail(sender, login)
        for n in range(rcpts):
            self.rcpt(f"r{n}@dest.test")
        for name, value in headers:
            self.header(name, value)
        return self.eom(queue_id)


def deliver(address, how, **message):
    with Peer(address) as p:
        p.negotiate()
        p.connect(how)
        return p.message(**message)
