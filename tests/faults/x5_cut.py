#!/usr/bin/python3
"""X5: one of two nodes is cut off from Redis, and hears nothing any more.

Nothing closes: what it sends vanishes. For its lease it admits its share; then
another node may have frozen something, and it waits.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import give_key  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402
from lab.netns import Netns  # noqa: E402

LIMIT, LEASE_S = 20, 10
SHARE = LIMIT // 2
POLICY = policy_of(LIMIT, f"""
nodes 2
outage {{ local hold   smtp tempfail   lease {LEASE_S} seconds }}
""")
BOTH, ALONE = "127.0.0.9", "127.0.0.10"


def start(lab, node, number, there):
    """A node on a machine of its own, and its cable to Redis."""
    here = Netns(lab.procs, lab.dir)
    here.link(there, f"10.9.{number}")
    node.redis_address = f"10.9.{number}.2:7000"
    with here.entered():
        node.start(POLICY)
    return here


def share(t, near, far):
    with t.test("cut off it admits its share, and the other one what Redis has"):
        far.send(BOTH, LIMIT)
        near.send(BOTH, LIMIT)
        far.send(ALONE, LIMIT)
        total = near.admitted(BOTH) + far.admitted(BOTH)
        t.note(f"admitted {total}, bound {LIMIT + SHARE}")
        t.equal(far.admitted(ALONE), SHARE, "admitted of who uses it alone")
        t.at_most(total, LIMIT + SHARE, "admitted by both")
        far.awaits_outage("Redis did not answer in time")


def lease(t, far, cut):
    """Returns how many were admitted, each of a sender of its own."""
    clients = (f"127.0.0.{n}" for n in range(30, 250))
    with t.test("after its lease it admits nothing, whoever it is"):
        until(lambda: far.send(next(clients)) == ["tempfail"], "the end of the lease",
              step_s=0.2)
        t.note(f"after {time.monotonic() - cut:.1f} s")
        t.at_most(time.monotonic() - cut, LEASE_S + 2, "seconds")
        t.at_least(time.monotonic() - cut, LEASE_S - 3, "seconds")
        t.equal([far.send(next(clients)) for _ in range(3)], [["tempfail"]] * 3, "verdicts")
    return sum(far.admitted(f"127.0.0.{n}") for n in range(30, 250))


def heal(t, lab, far, single):
    with t.test("healed, Redis hears of it without a message"):
        far.awaits_redis()
        want = [1] * single + [SHARE, LIMIT]
        until(lambda: far.charged(lab.redis, LIMIT) == want, "the debits", deadline_s=10)
    with t.test("and decides again for both"):
        t.equal(far.send(ALONE, LIMIT).count("accept"), LIMIT - SHARE, "admitted")


def main(t, lab):
    there = Netns(lab.procs, lab.dir)
    lab.redis.options.update({"port": 7000, "bind": "0.0.0.0", "protected-mode": "no"})
    with there.entered():
        lab.redis.start()
    other = lab.new_node("node2")
    start(lab, lab.node, 1, there)
    other.ns = lab.node.ns
    give_key(other, lab.node)
    here = start(lab, other, 2, there)
    near, far = Fault(t, lab.node), Fault(t, other)
    near.send(BOTH, 4)
    here.cut(there)
    cut = time.monotonic()
    share(t, near, far)
    single = lease(t, far, cut)
    here.mend(there)
    heal(t, lab, far, single)
    with t.test("no verdict was late, and nothing has grown"):
        near.conclude()
        far.conclude()


run(main)
