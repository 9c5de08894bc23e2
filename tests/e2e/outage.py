#!/usr/bin/python3
"""outage.py - losing Redis is not losing the limit, nor the freeze."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.smtp import send  # noqa: E402

POLICY = policy("""
limit office { for relayed mail by client allow 5 messages/hour else tempfail }
limit script { for local mail by script allow 3 messages/hour else hold }
""")
# A sanitizer slows everything down; the promise is about what is installed.
VERDICT_US = 500_000 if os.environ.get("SAN", "none") == "none" else 2_000_000

LOST = {
    "killed": (lambda redis: redis.kill9(), lambda redis: redis.start()),
    "hanging": (lambda redis: redis.pause(), lambda redis: redis.resume()),
    "full": (lambda redis: redis.ask("CONFIG", "SET", "maxmemory", 1),
             lambda redis: redis.ask("CONFIG", "SET", "maxmemory", 0)),
    "made a replica": (lambda redis: redis.ask("REPLICAOF", "127.0.0.1", 1),
                       lambda redis: redis.ask("REPLICAOF", "NO", "ONE")),
}


def relay(lab, client, times=1):
    return [send(lab.postfix.relay_port, "a@example.test", ["x@dest.test"],
                 source=client).code for _ in range(times)]


def mode(lab):
    status = lab.node.status() or {}
    return status.get("mode"), status.get("store", {}).get("is_outage")


def longest_us(lines):
    return max(int(re.search(r"took=(\d+)us", line)[1]) for line in lines)


def verdicts(lab, *fields):
    return [line for word in ("accept", "hold", "tempfail")
            for line in lab.node.decisions(word, *fields)]


def lose(t, lab, how, away, back):
    """away and back do it to Redis."""
    lab.node.fresh(POLICY, "--verbose")
    until(lambda: mode(lab) == ("normal", False), "Redis to be in use")

    with t.test(f"Redis {how}: the limit holds, from the level it had"):
        t.equal(relay(lab, "127.0.0.2", 3), [250] * 3, "before")
        away(lab.redis)
        t.equal(relay(lab, "127.0.0.2", 3), [250, 250, 451], "in the outage")
        t.equal(relay(lab, "127.0.0.3", 6), [250] * 5 + [451], "of a new client")
    with t.test(f"Redis {how}: local mail is metered, too"):
        for _ in range(4):
            lab.php.run("form.php", how)
        t.equal(lab.account(how), (3, 1), "delivered, held")
    with t.test(f"Redis {how}: each verdict came in time"):
        t.at_most(longest_us(verdicts(lab)), VERDICT_US, "longest, in us")
    with t.test(f"Redis {how}: status and log say so"):
        until(lambda: mode(lab) == ("outage", True), "status.json to say outage")
        store = lab.node.status()["store"]
        until(lambda: lab.node.status()["store"]["decisions"] >= 12, "12 decisions")
        t.true(store["reason"], "the reason")
        t.has(lab.node.log(), "outage begin reason=", "the log")
        t.at_least(len(lab.node.decisions("tempfail", "store=memory")), 1, "lines")
    with t.test(f"Redis {how}: it is used again when it is back"):
        back(lab.redis)
        until(lambda: mode(lab) == ("normal", False), "status.json to say normal")
        before = len(lab.node.decisions("accept", "store=redis"))
        t.equal(relay(lab, "127.0.0.4"), [250], "the reply")
        t.equal(len(lab.node.decisions("accept", "store=redis")), before + 1, "lines")


def flushed(t, lab):
    lab.node.fresh(POLICY, "--verbose")
    until(lambda: mode(lab) == ("normal", False), "Redis to be in use")
    with t.test("SCRIPT FLUSH is no outage, and costs nobody anything"):
        t.equal(relay(lab, "127.0.0.2", 3), [250] * 3, "before")
        lab.redis.ask("SCRIPT", "FLUSH")
        t.equal(relay(lab, "127.0.0.2", 3), [250, 250, 451], "after")
        t.equal(lab.node.status()["store"]["decisions"], 0, "decisions without Redis")


def freezes(t, lab):
    lab.node.fresh(POLICY)
    until(lambda: mode(lab) == ("normal", False), "Redis to be in use")
    with t.test("a freeze is known in the outage and after it"):
        done = lab.node.sluice("freeze", "--client", "127.0.0.2", "--reason", "test")
        t.equal(done.returncode, 0, done)
        lab.redis.kill9()
        t.equal(relay(lab, "127.0.0.2") + relay(lab, "127.0.0.3"), [451, 250], "in it")
        lab.redis.start()
        until(lambda: not lab.node.status()["store"]["is_outage"], "the end of it")
        t.equal(relay(lab, "127.0.0.2") + relay(lab, "127.0.0.3"), [451, 250], "after")


def starts(t, lab):
    for how, (away, back) in LOST.items():
        if how == "made a replica":
            continue        # a mistake to be mended: it does not start
        away(lab.redis)
        with t.test(f"sluiced starts with Redis {how}, and meters"):
            lab.node.fresh(POLICY)
            t.equal(relay(lab, "127.0.0.2", 6), [250] * 5 + [451], "replies")
            until(lambda: mode(lab) == ("outage", True), "status.json to say outage")
        back(lab.redis)
        until(lambda: mode(lab) == ("normal", False), "the end of the outage")


def main(t, lab):
    lab.redis.start()
    lab.postfix.start()
    lab.php.write("form.php", "<?php mail('x@dest.test', 's', \"[$argv[1]]\") or exit(1);")
    for how, (away, back) in LOST.items():
        lose(t, lab, how, away, back)
    flushed(t, lab)
    freezes(t, lab)
    starts(t, lab)


run(main)
