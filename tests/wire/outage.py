#!/usr/bin/python3
"""Without Redis: limits hold, freezes hold, and each says so."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

POLICY = policy("""
limit four {
	for   relayed mail
	by    client
	allow 4 messages/day
	else  tempfail
}
limit inbound {
	for   inbound mail
	by    client
	allow 100 messages/day
	else  tempfail
}
""")
OURS = {**SMTP, "client": "127.0.0.9"}


def is_outage(lab):
    return lab.node.status()["store"]["is_outage"]


def buckets(lab):
    return lab.redis.ask("KEYS", f"sluice:{{{lab.node.ns}}}:bucket:*")


def start_without(t, lab):
    with t.test("it starts without Redis, and says so"):
        lab.node.start(POLICY)
        t.has(lab.node.log(), "outage begin", "log")
        until(lambda: lab.node.status()["mode"] == "outage", "the mode")
    with t.test("limits hold without it"):
        got = [deliver(lab.node.milter, OURS, queue_id=f"OUT{n}").word for n in range(5)]
        t.equal(got, ["accept"] * 4 + ["tempfail"], "verdicts")
        until(lambda: "id=OUT4" in lab.node.log(), "the line")
        t.has(lab.node.log().split("id=OUT4")[1].split("\n")[0], "store=memory", "line")
        until(lambda: lab.node.status()["store"]["decisions"] == 5, "the count of them")
    with t.test("it is used as soon as it is there"):
        lab.redis.start()
        until(lambda: not is_outage(lab), "the end of the outage")
    with t.test("and told what was let through, though there is no mail"):
        until(lambda: len(buckets(lab)) == 1, "a bucket in Redis")
        t.equal(deliver(lab.node.milter, OURS).word, "tempfail", "verdict")
        t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "local mail")


def hang(t, lab):
    other = {**OURS, "client": "127.0.0.10"}
    with t.test("a Redis that hangs does not stop the verdicts"):
        lab.redis.pause()
        got = [deliver(lab.node.milter, other).word for _ in range(5)]
        t.equal(got, ["accept"] * 4 + ["tempfail"], "verdicts")
        until(lambda: is_outage(lab), "the outage")
        t.has(lab.node.status()["store"]["reason"], "did not answer in time", "reason")
    with t.test("it is used again when it answers"):
        lab.redis.resume()
        until(lambda: not is_outage(lab), "the end of the outage")


def freeze(t, lab):
    lab.redis.kill9()
    done = lab.node.sluice("freeze", "--client", "127.0.0.11", "--reason", "test")
    frozen = {**OURS, "client": "127.0.0.11"}
    with t.test("a freeze that reached the file only holds for the next message"):
        t.equal(done.returncode, 3, done.stdout + done.stderr)
        t.equal(deliver(lab.node.milter, frozen).text, "451 4.7.1 Mail is suspended", "reply")
        other = {**OURS, "client": "127.0.0.12"}
        t.equal(deliver(lab.node.milter, other).word, "accept", "another client")
    with t.test("and is still there when Redis is back, empty"):
        lab.redis.start()
        until(lambda: not is_outage(lab), "the end of the outage")
        t.equal(deliver(lab.node.milter, frozen).word, "tempfail", "verdict")
        ledger = f"sluice:{{{lab.node.ns}}}:ledger"
        until(lambda: lab.redis.ask("HLEN", ledger) == 1, "the record in Redis")


def unfit(t, lab):
    with t.test("a Redis that begins to evict is no longer used"):
        lab.redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        until(lambda: is_outage(lab), "the outage")
        t.has(lab.node.status()["store"]["reason"], "noeviction", "reason")
        lab.redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        until(lambda: not is_outage(lab), "the end of the outage")


def replaced(t, lab):
    with t.test("another Redis in its place is looked at before it is used"):
        lab.redis.kill9()
        lab.redis.options["maxmemory-policy"] = "allkeys-lru"
        log = len(lab.node.log())
        lab.redis.start()
        begin = lab.node.status()["written"]
        until(lambda: deliver(lab.node.milter, OURS).word == "tempfail" and
              lab.node.status()["written"] > begin + 3_000_000, "three rounds of the keeper")
        t.true("store=redis" not in lab.node.log()[log:], "it was not used")
        lab.redis.options["maxmemory-policy"] = "noeviction"
        lab.redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        until(lambda: not is_outage(lab), "the end of the outage")


def broken(t, lab):
    inbound = {**SMTP, "client": "203.0.113.9"}
    lab.node.stop()
    os.unlink(os.path.join(lab.node.state, "ledger.head"))
    lab.node.start()
    with t.test("a broken ledger stops outbound mail, and inbound mail goes on"):
        until(lambda: not is_outage(lab), "Redis")
        t.equal(deliver(lab.node.milter, OURS).word, "tempfail", "outbound")
        t.equal(deliver(lab.node.milter, inbound).word, "accept", "inbound")


def main(t, lab):
    start_without(t, lab)
    hang(t, lab)
    freeze(t, lab)
    unfit(t, lab)
    replaced(t, lab)
    broken(t, lab)


run(main)
