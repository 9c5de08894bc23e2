#!/usr/bin/python3
"""Several nodes and no Redis: each has its part of a limit, for the lease."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

LIMITS = """
nodes 2
outage { local hold   smtp tempfail "Freezes are not known"   lease %s }
limit eight {
	for   relayed mail
	by    client
	allow 8 messages/day
	else  hold up to 2 messages/day then reject
	freeze after 3 refusals in 1 hour
}
limit inbound {
	for   inbound mail
	by    client
	allow 100 messages/day
	else  tempfail
}
"""
LONG, SHORT = policy(LIMITS % "10 minutes"), policy(LIMITS % "10 seconds")
OURS = {**SMTP, "client": "127.0.0.9"}
INBOUND = {**SMTP, "client": "203.0.113.9"}
SUSPENDED = "451 4.7.1 Mail is suspended"
UNKNOWN = "451 4.7.1 Freezes are not known"


def in_use(lab):
    until(lambda: not lab.node.status()["store"]["is_outage"], "Redis to be used")


def word(lab, where=OURS):
    return deliver(lab.node.milter, where).word


def part(t, lab):
    lab.redis.start()
    lab.node.start(LONG)
    in_use(lab)
    with t.test("with Redis a node may use the whole limit"):
        other = {**OURS, "client": "127.0.0.10"}
        t.equal([word(lab, other) for _ in range(6)], ["accept"] * 6, "verdicts")
    lab.redis.kill9()
    with t.test("without it, its part"):
        t.equal([word(lab) for _ in range(4)], ["accept"] * 4, "verdicts")
    with t.test("and its part of what may be held, but all of the strikes"):
        t.equal([word(lab) for _ in range(3)], ["hold", "reject", "reject"], "verdicts")
        until(lambda: deliver(lab.node.milter, OURS).text == SUSPENDED, "the freeze")
    with t.test("the log shows levels of the part"):
        t.equal(len(lab.node.decisions("hold", "level=4/4", "held=1/1", "store=memory",
                                       "nodes=2")), 1, "lines")
    with t.test("what was used before the outage counts"):
        t.equal(word(lab, other), "hold", "verdict")


def lease(t, lab):
    lab.redis.start()
    lab.node.fresh(SHORT)
    in_use(lab)
    lab.redis.kill9()
    with t.test("when the lease is over, outbound mail waits"):
        t.equal(word(lab, LOCAL), "accept", "local mail at first")
        until(lambda: word(lab, LOCAL) == "hold", "local mail to be held", step_s=0.1)
        t.equal(deliver(lab.node.milter, OURS).text, UNKNOWN, "reply")
    with t.test("and inbound mail goes on"):
        t.equal(word(lab, INBOUND), "accept", "verdict")
    with t.test("it ends with the outage"):
        lab.redis.start()
        in_use(lab)
        t.equal(word(lab, LOCAL), "accept", "verdict")


def never(t, lab):
    lab.redis.kill9()
    lab.node.fresh(LONG)
    with t.test("a node that has never heard of Redis has no lease"):
        t.equal(deliver(lab.node.milter, OURS).text, UNKNOWN, "reply")
        t.equal(word(lab, LOCAL), "hold", "local mail")


def main(t, lab):
    part(t, lab)
    lease(t, lab)
    never(t, lab)


run(main)
