#!/usr/bin/python3
"""X1: Redis hangs.

What it finds in its socket when it goes on was decided long ago, and must not
be charged: a filter that does not see to that loses a hundred of a hundred
units there.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402

LIMIT, CROWD = 20, 40
KNOWN, NEW, LATER = "127.0.0.9", "127.0.0.10", "127.0.0.11"


def hang(t, lab, f):
    with t.test("a crowd meets a Redis that hangs: each gets a verdict, none too many"):
        t.equal(f.send(KNOWN, 5), ["accept"] * 5, "verdicts before")
        lab.redis.pause()
        f.crowd([KNOWN, NEW], CROWD)
        t.equal([f.sent(KNOWN), f.sent(NEW)], [5 + CROWD, CROWD], "verdicts")
        t.equal([f.admitted(KNOWN), f.admitted(NEW)], [LIMIT, LIMIT], "admitted")
    with t.test("sluice status says why Redis is not in use"):
        f.awaits_outage("Redis did not answer in time")


def resume(t, lab, f):
    with t.test("when it goes on, it is charged what was admitted, nothing else"):
        lab.redis.resume()
        f.awaits_redis()
        until(lambda: f.charged(lab.redis, LIMIT) == [LIMIT, LIMIT], "the charges")
    with t.test("and decides again"):
        t.equal(f.send(KNOWN, 1) + f.send(LATER, 1), ["tempfail", "accept"], "verdicts")
        t.equal(f.charged(lab.redis, LIMIT), [1, LIMIT, LIMIT], "charges")


def main(t, lab):
    lab.redis.start()
    lab.node.start(policy_of(LIMIT))
    f = Fault(t, lab.node)
    hang(t, lab, f)
    resume(t, lab, f)
    with t.test("no verdict was late, and nothing has grown"):
        f.conclude()


run(main)
