#!/usr/bin/python3
"""two_nodes.py - a limit is a limit, over all nodes and connections.

Two sluiced on one Redis, 16 connections each, ten times the limit for ten
seconds; then the same with a Redis that hangs for three of them. Without Redis
each node meters by itself, from the level that both know: together they let
through one rate too much for as long as the outage lasts, less than a burst.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.load import Load  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

RATE, BURST, SECONDS, CONNECTIONS = 20, 100, 10, 16
HANG_AFTER, HANG = 3, 3
POLICY = policy(f"""
limit office {{
	for   relayed mail
	allow {RATE} messages/second burst {BURST}
	else  tempfail
}}
""")
# A sanitizer slows everything down; the promise is about what is installed.
VERDICT_US = 500_000 if os.environ.get("SAN", "none") == "none" else 2_000_000


def hang(redis):
    time.sleep(HANG_AFTER)
    redis.pause()
    time.sleep(HANG)
    redis.resume()


def load(lab, nodes, meanwhile=lambda: None):
    """(what each milterload says, what one bucket may admit in that time)"""
    begin = time.monotonic()
    loads = [Load(lab, node, "-c", CONNECTIONS, "-t", SECONDS, "-q", 10 * RATE // 2, "-n", 1)
             for node in nodes]
    meanwhile()
    results = [one.join() for one in loads]
    return results, BURST + RATE * (time.monotonic() - begin)


def check(t, results, bound):
    admitted = sum(r["accept"] for r in results)
    for r in results:
        t.equal((r["errors"], r["first_error"]), (0, ""), "errors")
        t.at_least(r["messages"], 9 * RATE * SECONDS // 2, "messages offered")
    t.note(f"admitted {admitted}, bound {bound:.0f}, slowest "
           f"{max(r['max_us'] for r in results):.0f} us")
    t.at_most(admitted, bound, "admitted")
    t.at_least(admitted, BURST + RATE * SECONDS * 0.9, "admitted")


def is_outage(node):
    return (node.status() or {}).get("store", {}).get("is_outage")


def start(nodes):
    start_group(nodes, POLICY)
    for node in nodes:
        until(lambda: is_outage(node) is False, f"{node.name} to use Redis")


def main(t, lab):
    nodes = [lab.node, lab.new_node("node2")]
    lab.redis.start()
    start(nodes)
    with t.test("two nodes, ten times the limit: admitted <= burst + rate * t"):
        check(t, *load(lab, nodes))
    for node in nodes:
        node.stop()
    start(nodes)
    with t.test("Redis hangs meanwhile: at most one burst more"):
        results, bound = load(lab, nodes, lambda: hang(lab.redis))
        check(t, results, bound + BURST)
    with t.test("no verdict is late"):
        for r in results:
            t.at_most(r["max_us"], VERDICT_US, "the slowest message, in us")
    with t.test("Redis is used again"):
        for node in nodes:
            until(lambda: is_outage(node) is False, f"{node.name} to use Redis again")
            t.at_least(node.status()["store"]["decisions"], 1, "decisions without Redis")
            t.at_least(len(node.decisions("tempfail", "store=memory")), 1, "lines, memory")
            after = node.log().rpartition("outage end")[2]
            t.at_least(after.count("store=redis") + after.count("store=node"), 1,
                       "lines about a verdict by what Redis says, after the outage")


run(main)
