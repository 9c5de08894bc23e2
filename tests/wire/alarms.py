#!/usr/bin/python3
"""What would make a limit larger than it says is an alarm: lost data, too many
nodes, a clock that is off."""
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.clock import Clock  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.peer import SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

LIMITED = """
limit four {
	for   relayed mail
	by    client
	allow 4 messages/day
	else  tempfail
}
"""
KNOWN = {**SMTP, "client": "127.0.0.9"}


def alarms(node):
    return node.status()["alarms"]


def rounds(node, n):
    """So many rounds of the keeper have ended after now."""
    written = node.status()["written"]
    until(lambda: node.status()["written"] > written + n * 1_000_000, f"{n} rounds")


class Load:
    """Mail without an end, from one client after another."""
    def __init__(self, node):
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._send, args=(node,))

    def _send(self, node):
        n = 0
        while not self._is_over.is_set():
            n += 1
            deliver(node.milter, {**SMTP, "client": f"127.0.0.{n % 200 + 20}"})

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()


def lost(t, redis, node):
    with t.test("FLUSHALL under load is an alarm within two rounds, once"):
        t.equal([deliver(node.milter, KNOWN).word for _ in range(4)], ["accept"] * 4,
                "verdicts")
        with Load(node):
            redis.ask("FLUSHALL")
            rounds(node, 2)
            t.equal((alarms(node)["losses"], node.log().count("redis state=lost")),
                    (1, 1), "in the status, in the log")
            rounds(node, 1)
        t.equal(node.log().count("redis state=lost"), 1, "in the log, later")
        t.has(expect(node, 1, "status").stdout, "Redis lost its data ", "sluice status")
    with t.test("what the node knows is the floor"):
        t.equal(deliver(node.milter, KNOWN).word, "tempfail", "verdict")
    with t.test("another id in its place is one as well: it is another Redis"):
        redis.ask("SET", f"sluice:{{{node.ns}}}:genesis", "0" * 32)
        until(lambda: alarms(node)["losses"] == 2, "the alarm")
    with t.test("what was lost while sluiced was stopped, too"):
        node.stop()
        redis.ask("FLUSHALL")
        node.start()
        until(lambda: node.log().count("redis state=lost") == 3, "the alarm")


def restarted(t, redis, node):
    with t.test("a restart that kept the data is told, and no alarm"):
        redis.ask("CONFIG", "SET", "appendonly", "yes")
        redis.ask("CONFIG", "SET", "appendfsync", "always")
        redis.options.update({"appendonly": "yes", "appendfsync": "always"})
        until(lambda: b"aof_rewrite_in_progress:0" in redis.ask("INFO", "persistence"),
              "the append-only file")
        losses = alarms(node)["losses"]
        redis.kill9()
        redis.start()
        until(lambda: "redis state=restarted" in node.log(), "the line")
        rounds(node, 1)
        t.equal((alarms(node)["losses"], alarms(node)["restarts"]), (losses, 1),
                "losses, restarts")


def is_named(t, node, both):
    line = until(lambda: [line for line in node.log().splitlines()
                          if "nodes seen=2 allowed=1" in line], "the line")
    for part in (*both, "write 'nodes 2' into the policy of each"):
        t.has(line[0], part, "line")
    until(lambda: alarms(node)["nodes"] == 2, "the status")
    t.equal(sorted(alarms(node)["names"].split(", ")), both, "names")
    t.has(expect(node, 1, "status").stdout, "write 'nodes 2' into", "sluice status")


def nodes(t, redis, node, other):
    """They are counted on each new connection to Redis, and now and then."""
    both = sorted([node.status()["node"], other.status()["node"]])
    with t.test("more nodes than the policy says: named, with what to do"):
        is_named(t, other, both)
    with t.test("without Redis it is one of two nevertheless, and admits its half"):
        redis.kill9()
        until(lambda: other.status()["store"]["is_outage"], "the outage")
        t.equal([deliver(other.milter, KNOWN).word for _ in range(4)],
                ["accept"] * 2 + ["tempfail"] * 2, "verdicts")
        t.equal(len(other.decisions("tempfail", "store=memory", "nodes=2")), 2, "lines")
        redis.start()
        until(lambda: not other.status()["store"]["is_outage"], "Redis in use")
    with t.test("the first node has seen it, too"):
        is_named(t, node, both)
    with t.test("and when the policy says so, no more"):
        other.reload(policy("nodes 2\n" + LIMITED))
        until(lambda: alarms(other)["allowed"] == 2, "the status")
        t.has(other.log(), "nodes seen=2 allowed=2", "log")
        t.true("write 'nodes 2'" not in other.sluice("status").stdout, "it is gone")


def clocks(t, clock, node):
    with t.test("a clock that is off is told when it begins and when it ends"):
        clock.set(-5)
        until(lambda: "clock state=off redis=-5." in node.log(), "the line")
        until(lambda: alarms(node)["is_clock_off"], "the status")
        t.has(expect(node, 1, "status").stdout, "clock and this machine's differ by -5.",
              "sluice status")
        clock.set(0)
        until(lambda: "clock state=good" in node.log(), "the end")
        until(lambda: not alarms(node)["is_clock_off"], "the status")
        t.equal(node.log().count("clock state="), 2, "lines")


def main(t, lab):
    node, other, clock = lab.node, lab.new_node("node2"), Clock(lab.dir)
    with clock.worn():
        lab.redis.start()
    node.start(policy(LIMITED))
    until(lambda: node.status() and node.status()["mode"] == "normal", "Redis in use")
    lost(t, lab.redis, node)
    clocks(t, clock, node)
    restarted(t, lab.redis, node)
    start_group([node, other], policy(LIMITED))
    until(lambda: other.status(), "the other's status")
    nodes(t, lab.redis, node, other)


run(main)
