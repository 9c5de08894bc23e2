#!/usr/bin/python3
"""X2: Redis is killed, and comes back empty or with what it had written."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402

LIMIT = 20
BEFORE, MEANWHILE, FROZEN = "127.0.0.9", "127.0.0.10", "127.0.0.11"
KEPT, LATER = "127.0.0.12", "127.0.0.13"


def empty(t, lab, f):
    t.equal(f.send(BEFORE, 15), ["accept"] * 15, "verdicts before")
    expect(lab.node, 0, "freeze", "--client", FROZEN, "--reason", "x2")
    lab.redis.kill9()
    with t.test("killed: limits and freezes hold meanwhile"):
        t.equal(f.send(BEFORE, 2), ["accept"] * 2, "verdicts, a sender known before")
        f.send(MEANWHILE, LIMIT + 5)
        t.equal(f.admitted(MEANWHILE), LIMIT, "admitted, a new one")
        t.equal(f.send(FROZEN, 1), ["tempfail"], "verdict, a frozen one")
        f.awaits_outage("cannot connect to Redis")
    lab.redis.start()
    f.awaits_redis()
    with t.test("back and empty: what this node knows is the least that was used"):
        f.send(BEFORE, LIMIT)
        f.send(MEANWHILE, 5)
        t.equal([f.admitted(BEFORE), f.admitted(MEANWHILE)], [LIMIT, LIMIT], "admitted")
        until(lambda: f.charged(lab.redis, LIMIT) == [LIMIT, LIMIT], "the charges")
    with t.test("the freeze holds, and is put back into Redis"):
        t.equal(f.send(FROZEN, 1), ["tempfail"], "verdict")
        ledger = f"sluice:{{{lab.node.ns}}}:ledger"
        until(lambda: lab.redis.ask("HLEN", ledger) == 1, "the record in Redis")


def script(t, lab, f):
    alone = lab.node.status()["store"]["decisions"]
    with t.test("a Redis that has forgotten the script is given it again"):
        lab.redis.ask("SCRIPT", "FLUSH")
        t.equal(f.send(LATER, 1), ["accept"], "verdict")
        t.equal(len(lab.node.decisions("accept", "store=memory")), 0, "lines, memory")
        written = lab.node.status()["written"]
        until(lambda: lab.node.status()["written"] > written, "a round of the keeper")
        t.equal(lab.node.status()["store"]["decisions"], alone, "decisions without Redis")


def kept(t, lab, f):
    lab.redis.ask("CONFIG", "SET", "appendonly", "yes")
    lab.redis.ask("CONFIG", "SET", "appendfsync", "always")
    lab.redis.options.update({"appendonly": "yes", "appendfsync": "always"})
    until(lambda: b"aof_rewrite_in_progress:0" in lab.redis.ask("INFO", "persistence"),
          "the append-only file")
    f.send(KEPT, 5)
    lab.redis.kill9()
    f.send(KEPT, 5)
    lab.redis.start()
    with t.test("back with its append-only file: all is charged once"):
        f.awaits_redis()
        until(lambda: f.charged(lab.redis, LIMIT) == [1, 10, LIMIT, LIMIT], "the charges")
        f.send(KEPT, LIMIT)
        t.equal(f.admitted(KEPT), LIMIT, "admitted")


def main(t, lab):
    lab.redis.start()
    lab.node.start(policy_of(LIMIT))
    f = Fault(t, lab.node)
    empty(t, lab, f)
    script(t, lab, f)
    kept(t, lab, f)
    with t.test("no verdict was late, and nothing has grown"):
        f.conclude()


run(main)
