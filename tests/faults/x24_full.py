#!/usr/bin/python3
"""X24: Redis is full.

It then takes no write at all, not even one that makes nothing larger, so no
bucket can be charged there, old or new: the node meters by itself from the
levels it knows, and a freeze holds here and reaches Redis when there is room.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402

LIMIT = 20
OLD, NEW, FROZEN, MISSED = "127.0.0.9", "127.0.0.10", "127.0.0.11", "127.0.0.12"
JUNK = 1 << 20          # bytes that somebody else keeps there


def used(redis):
    text = redis.ask("INFO", "memory").decode()
    return int(text.split("used_memory:")[1].split()[0])


def fill(redis):
    redis.ask("SET", "junk", "x" * JUNK)
    redis.ask("CONFIG", "SET", "maxmemory", used(redis) - JUNK // 2)


def full(t, lab, f):
    t.equal(f.send(OLD, 15), ["accept"] * 15, "verdicts before")
    t.equal(f.charged(lab.redis, LIMIT), [15], "charges before")
    with t.test("old buckets go on from their level, new ones from nothing"):
        fill(lab.redis)
        f.send(OLD, LIMIT)
        f.send(NEW, LIMIT + 5)
        t.equal([f.admitted(OLD), f.admitted(NEW)], [LIMIT, LIMIT], "admitted")
        f.awaits_outage("OOM")
    with t.test("nothing was charged that is not to be undone"):
        t.equal(f.charged(lab.redis, LIMIT), [15], "charges meanwhile")


def freeze(t, lab, f):
    with t.test("a freeze holds on this node, and says that Redis has not got it"):
        done = expect(lab.node, 3, "freeze", "--client", FROZEN, "--reason", "x24")
        t.has(done.stdout + done.stderr, "OOM", "what it says")
        t.equal(f.send(FROZEN, 2), ["tempfail"] * 2, "verdicts")
        t.equal(f.send(MISSED, 1), ["accept"], "verdict of another")


def room(t, lab, f):
    lab.redis.ask("DEL", "junk")
    with t.test("with room again, Redis hears of the mail and of the freeze"):
        f.awaits_redis()
        until(lambda: f.charged(lab.redis, LIMIT) == [1, LIMIT, LIMIT], "the charges")
        ledger = f"sluice:{{{lab.node.ns}}}:ledger"
        until(lambda: lab.redis.ask("HLEN", ledger) == 1, "the record in Redis")
        t.equal(f.send(OLD) + f.send(NEW) + f.send(FROZEN), ["tempfail"] * 3, "verdicts")


def main(t, lab):
    lab.redis.start()
    lab.node.start(policy_of(LIMIT))
    f = Fault(t, lab.node)
    full(t, lab, f)
    freeze(t, lab, f)
    room(t, lab, f)
    with t.test("no verdict was late, and nothing has grown"):
        f.conclude()


run(main)
