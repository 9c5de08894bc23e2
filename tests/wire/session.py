#!/usr/bin/python3
"""What a mail server and what anybody else may say on the milter socket."""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab import peer  # noqa: E402
from lab.peer import LOCAL, SMTP, Peer, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

POLICY = policy("""
limit three {
	for   relayed mail
	by    client
	allow 3 recipients/day
	else  tempfail
}
""")
OURS = {**SMTP, "client": "127.0.0.9"}

MACROS = {
    "connect": "j {daemon_name} {daemon_port} {client_addr} {client_port}".split(),
    "mail": "i {auth_type} {auth_authen} {mail_addr}".split(),
    "rcpt": ["{rcpt_addr}"],
    "eom": ["i"],
}


def serves(t, lab):
    t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "verdict of good mail")


def negotiation(t, lab):
    with t.test("negotiates what is needed and no more"), Peer(lab.node.milter) as p:
        n = p.negotiate()
        t.equal(n.actions, peer.QUARANTINE | peer.CHGHDRS | peer.SETSYMLIST, "actions")
        t.equal(n.steps, peer.NOHELO | peer.NOUNKNOWN | peer.NODATA | peer.NOEOH |
                peer.NOBODY | peer.NR_CONN | peer.NR_MAIL | peer.NR_RCPT | peer.NR_HDR |
                peer.SKIP, "steps")
        t.equal(n.macros, MACROS, "macros")
    with t.test("asks for nothing that is not offered"), Peer(lab.node.milter) as p:
        n = p.negotiate(actions=peer.QUARANTINE, steps=peer.NOBODY)
        t.equal((n.actions, n.steps), (peer.QUARANTINE, peer.NOBODY), "asked for")
        p.connect(LOCAL)        # these raise if they are not answered
        t.equal(p.message(headers=[("Subject", "x")]).word, "accept", "verdict")
    with t.test("refuses a server that cannot hold"), Peer(lab.node.milter) as p:
        p.packet(b"O", struct.pack("!III", 6, peer.CHGHDRS, peer.STEPS))
        t.true(p.is_closed(), "closed")
        until(lambda: "does not offer quarantine" in lab.node.log(), "the log line")


def rubbish(t, lab):
    with t.test("a bare connect"):
        Peer(lab.node.milter).close()
        serves(t, lab)
    with t.test("a negotiation and no more"):
        with Peer(lab.node.milter) as p:
            p.negotiate()
        serves(t, lab)
    for name, data in (
            ("an unknown command", struct.pack("!I", 1) + b"z"),
            ("a packet of no length", struct.pack("!I", 0) + b"O"),
            ("a packet of four gigabytes", b"\xff\xff\xff\xffO"),
            ("a negotiation cut short", struct.pack("!I", 5) + b"O\0\0\0\6"),
            ("HTTP", b"GET / HTTP/1.0\r\n\r\n")):
        with t.test(f"{name} ends that session only"):
            with Peer(lab.node.milter) as p:
                p.send(data)
                t.true(p.is_closed(), "closed")
            serves(t, lab)
    with t.test("half a packet, then nothing more"):
        with Peer(lab.node.milter) as p:
            p.negotiate()
            p.send(b"\0\0\0\x10M<a@")
        serves(t, lab)


def order(t, lab):
    with t.test("RCPT before MAIL is not a message"), Peer(lab.node.milter) as p:
        p.negotiate()
        p.connect(OURS)
        p.packet(b"R", b"<x@dest.test>\0")
        p.abort()
        t.equal(p.message(rcpts=3).word, "accept", "three of three")
    with t.test("two MAILs: the second begins anew"), Peer(lab.node.milter) as p:
        p.negotiate()
        p.connect({**OURS, "client": "127.0.0.10"})
        p.mail("first@example.test")
        p.rcpt("x@dest.test")
        t.equal(p.message(rcpts=3).word, "accept", "three of three")
    for n, place in enumerate(("connect", "mail", "rcpt", "header", "eom")):
        with t.test(f"abort after {place} costs nothing"), Peer(lab.node.milter) as p:
            p.negotiate()
            p.connect({**OURS, "client": f"127.0.0.{20 + n}"})
            if place in ("mail", "rcpt", "header"):
                p.mail("a@example.test")
            if place in ("rcpt", "header"):
                p.rcpt("x@dest.test")
            if place == "header":
                p.header("Subject", "x")
            if place == "eom":
                p.message(rcpts=1)
            p.abort()
            p.abort()
            rcpts = 2 if place == "eom" else 3
            t.equal(p.message(rcpts=rcpts).word, "accept", "what is left")
            t.equal(p.message().word, "tempfail", "one more")
    with t.test("a session carries many messages"), Peer(lab.node.milter) as p:
        p.negotiate()
        p.connect({**OURS, "client": "127.0.0.30"})
        got = [p.message().word for _ in range(5)]
        t.equal(got, ["accept"] * 3 + ["tempfail"] * 2, "verdicts")


def crowd(t, lab):
    with t.test("200 idle sessions while another is served"):
        idle = [Peer(lab.node.milter) for _ in range(200)]
        for p in idle:
            p.negotiate()
            p.connect(LOCAL)
        for p in idle[:100]:
            p.mail("idle@example.test")
        serves(t, lab)
        until(lambda: lab.node.status()["sessions"] >= 200, "the count of sessions")
        for p in idle:
            p.close()
        until(lambda: lab.node.status()["sessions"] == 0, "all sessions to end")
        serves(t, lab)


def main(t, lab):
    lab.redis.start()
    lab.node.start(POLICY)
    negotiation(t, lab)
    rubbish(t, lab)
    order(t, lab)
    crowd(t, lab)


run(main)
