#!/usr/bin/python3
"""Every decision is counted once, and as what its line says: by Redis, by the
node's memory, or by what Redis had said a moment ago."""
import os
import re
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

POLICY = policy("""
limit four {
	for   relayed mail
	by    client
	allow 4 messages/day
	else  tempfail
}
limit watched {
	for   relayed mail
	by    client
	allow 2 messages/day
	warn  at 50%
	else  observe
}
""")
VERDICT = re.compile(r"<.>(accept|hold|tempfail|reject) id=.* store=(\w+) took=")


def lines(node):
    """How many verdicts each store has given, by the log."""
    stores = [m.group(2) for m in map(VERDICT.match, node.log().splitlines()) if m]
    return {name: stores.count(name) for name in ("redis", "memory", "node")}


def crowd(node, clients, n):
    def send(client):
        for _ in range(n):
            deliver(node.milter, {**SMTP, "client": client})
    threads = [threading.Thread(target=send, args=(f"127.0.0.{c}",)) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return n * len(threads)


def is_equal(t, node, sent):
    until(lambda: sum(lines(node).values()) == sent, "a line for each message")
    written = node.status()["written"]
    until(lambda: node.status()["written"] > written + 1_000_000, "the next status")
    status, seen = node.status(), lines(node)
    store = status["store"]
    t.equal((store["decisions"], store["recalled"]),
            (seen["memory"], seen["node"]), "without Redis, recalled")
    t.equal(sum(status["messages"]["relayed"].values()), sent, "messages")
    t.has(node.sluice("status").stdout, f"{seen['memory']} decisions without it (",
          "sluice status")
    return seen


def main(t, lab):
    node, sent = lab.node, 0
    lab.redis.start()
    node.start(POLICY, "--verbose")
    until(lambda: node.status() and node.status()["mode"] == "normal", "Redis in use")
    with t.test("Redis in use: what is refused again is by the node, and counted"):
        sent += crowd(node, range(10, 18), 12)
        seen = is_equal(t, node, sent)
        t.at_least(seen["redis"], 8 * 4, "by Redis")
        t.at_least(seen["node"], 1, "by the node")
    with t.test("Redis hangs in a crowd: late, down and away, each is counted"):
        lab.redis.pause()
        sent += crowd(node, range(20, 60), 5)
        t.at_least(is_equal(t, node, sent)["memory"], 1, "by memory")
        lab.redis.resume()
        until(lambda: node.status()["mode"] == "normal", "Redis in use")
    with t.test("Redis is killed and comes back in a crowd"):
        thread = threading.Thread(target=crowd, args=(node, range(60, 80), 30))
        thread.start()
        lab.redis.kill9()
        lab.redis.start()
        thread.join()
        sent += 20 * 30
        is_equal(t, node, sent)


run(main)
