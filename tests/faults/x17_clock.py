#!/usr/bin/python3
"""X17: Redis's clock is set, by an hour; and a node's is wrong by five minutes.

All times are Redis's. Forward, an hour has gone by for the buckets: at most one
burst more. Back, a bucket seems to be full in an hour and more: it counts as
empty now, and has to fill in its own time, also while all mail is refused.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.clock import Clock  # noqa: E402
from lab.desk import expect, give_key  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402
from lab.peer import LOCAL, deliver  # noqa: E402

LIMIT = 480             # a day: 20 an hour
HOUR, SPAN_S, BURST = 3600, 4, 4
POLICY = policy_of(LIMIT, f"""
nodes 2
limit short {{
	for   local mail
	allow {BURST} messages per {SPAN_S} seconds
	else  hold
}}
""")
SHARED, ALONE, FROZEN = "127.0.0.9", "127.0.0.10", "127.0.0.11"


def local(f):
    return deliver(f.node.milter, LOCAL).word


def is_alone(f):
    """Something was decided without Redis."""
    status = f.node.status()["store"]
    return status["decisions"] or "outage begin" in f.node.log()


def skew(t, nodes):
    one, other = nodes
    with t.test("a node whose clock is wrong counts as the others do"):
        for _ in range(LIMIT // 2 + 5):
            one.send(SHARED)
            other.send(SHARED)
        t.equal(one.admitted(SHARED) + other.admitted(SHARED), LIMIT, "admitted by both")
    with t.test("and knows of a freeze at once"):
        expect(one.node, 0, "freeze", "--client", FROZEN, "--reason", "x17")
        t.equal(other.send(FROZEN), ["tempfail"], "verdict")
    with t.test("and says that its clock differs"):
        until(lambda: "clock state=off redis=-300" in other.node.log(), "the alarm")
        t.true("clock state=off" not in one.node.log(), "no alarm of the other one")


def forward(t, clock, one):
    t.equal(one.send(ALONE, LIMIT), ["accept"] * LIMIT, "verdicts before")
    with t.test("an hour forward: the mail of an hour more, and no outage"):
        clock.set(HOUR)
        until(lambda: one.send(ALONE) == ["accept"], "what was refused to be asked again")
        one.send(ALONE, LIMIT // 4)
        more = one.admitted(ALONE) - LIMIT
        t.note(f"admitted {more} more; at most a burst, {LIMIT}")
        t.at_most(more, LIMIT // 24 + 1, "admitted more")
        t.at_least(more, LIMIT // 24 - 1, "admitted more")
        t.true(not is_alone(one), "no outage")


def back(t, redis, clock, one):
    for _ in range(BURST):
        local(one)
    with t.test("an hour back: an empty bucket, not one that is empty for an hour"):
        clock.set(0)
        begin = time.monotonic()
        words = []
        until(lambda: words.append(local(one)) or words[-1] == "accept", "room again")
        lasted = time.monotonic() - begin
        t.note(f"refused {len(words) - 1} times in {lasted:.1f} s")
        t.at_most(lasted, SPAN_S, "seconds until there is room")
        while time.monotonic() - begin < SPAN_S:
            words.append(local(one))
        bound = BURST + BURST * (time.monotonic() - begin) / SPAN_S
        t.note(f"admitted {words.count('accept')}, bound {bound:.1f}")
        t.at_most(words.count("accept"), bound, "admitted")
        t.true(not is_alone(one), "no outage")
    with t.test("the mail that was used up before is used up still"):
        t.equal(one.send(ALONE, 5), ["tempfail"] * 5, "verdicts")
        t.equal(max(one.charged(redis, LIMIT)), LIMIT, "the fullest bucket")


def main(t, lab):
    clock, wrong = Clock(lab.dir), Clock(lab.dir)
    with clock.worn():
        lab.redis.start()
    lab.node.start(POLICY)
    other = lab.new_node("node2")
    other.ns = lab.node.ns
    give_key(other, lab.node)
    wrong.set(300)
    with wrong.worn():
        other.start(POLICY)
    one, two = nodes = [Fault(t, node) for node in lab.nodes]
    skew(t, nodes)
    forward(t, clock, one)
    back(t, lab.redis, clock, one)
    with t.test("no verdict was late, and nothing has grown"):
        one.conclude()
        two.conclude()


run(main)
