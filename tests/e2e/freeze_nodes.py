#!/usr/bin/python3
"""freeze_nodes.py - when `sluice freeze` exits 0, no node lets mail go."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import freezes  # noqa: E402
from lab.load import Load  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

LOAD = "-c", 4, "-q", 100, "-n", 1


def sluice(node, want, *args):
    done = node.sluice(*args)
    if done.returncode != want:
        raise AssertionError(f"got exit status {done.returncode}, want {want}: {done}")
    return done


def outcome(lab, node):
    """What becomes of one message."""
    result = Load(lab, node, "-m", 1).join()
    (word,) = (w for w in ("accept", "tempfail", "reject", "quarantine") if result[w])
    return word


def settled(lab, node, want):
    until(lambda: outcome(lab, node) == want, f"{node.name} to {want}")


def now_us():
    return time.monotonic_ns() // 1000


def under_load(t, lab, nodes):
    """Freezes and thaws while both nodes are busy."""
    loads = [Load(lab, node, *LOAD, "-t", 60) for node in nodes]
    time.sleep(1)       # of traffic before the freeze
    sluice(nodes[0], 0, "freeze", "--all", "--reason", "test")
    frozen = now_us()
    time.sleep(1)       # of traffic while it is in force
    thaw = now_us()
    sluice(nodes[1], 0, "thaw", "all", "--reason", "test")
    thawed = now_us()
    time.sleep(1)       # of traffic after the thaw
    for load in loads:
        load.stop()
    for load, node in zip(loads, nodes):
        result = load.join()
        t.equal((result["errors"], result["first_error"]), (0, ""), "errors")
        during = [m.outcome for m in load.messages if m.begin > frozen and m.end < thaw]
        after = [m.outcome for m in load.messages if m.begin > thawed]
        t.at_least(len(during), 20, f"messages to {node.name} while frozen")
        t.equal(set(during), {"tempfail"}, f"outcomes of {node.name} while frozen")
        t.equal(set(after), {"accept"}, f"outcomes of {node.name} after the thaw")


def at_once(t, lab, nodes):
    """Nobody waits for a heartbeat: each request to Redis compares tokens."""
    one, other = nodes
    for _ in range(3):
        one.sluice("freeze", "--all", "--wait", 0, "--reason", "test")
        t.equal(outcome(lab, other), "tempfail", "the next message of the other")
        one.sluice("thaw", "all", "--wait", 0, "--reason", "test")
        settled(lab, other, "accept")


def silent_node(t, lab, nodes):
    one, other = nodes
    with t.test("a node that does not answer is named, and the exit status is 3"):
        os.kill(other.pid, signal.SIGSTOP)
        done = sluice(one, 3, "freeze", "--all", "--wait", 1, "--reason", "test")
        os.kill(other.pid, signal.SIGCONT)
        name = other.status()["node"]
        t.has(done.stderr, name, "on stderr")
        t.equal(outcome(lab, one), "tempfail", "outcome of this node")
    with t.test("when it wakes it is frozen, too"):
        t.equal(outcome(lab, other), "tempfail", "outcome of the other")
        sluice(one, 0, "thaw", "all", "--reason", "test")
        t.equal(outcome(lab, other), "accept", "outcome of the other, thawed")


def unseen_freeze(t, lab, nodes):
    one, other = nodes
    with t.test("a freeze made while Redis is away reaches the other node later"):
        lab.redis.kill9()
        sluice(one, 3, "freeze", "--all", "--reason", "alone")
        t.equal(outcome(lab, other), "accept", "outcome of the other, before")
        lab.redis.start()
        settled(lab, other, "tempfail")
    with t.test("a thaw lifts what it names, not what its node could not see"):
        first, = freezes(one)
        lab.redis.kill9()
        sluice(one, 3, "freeze", "--all", "--reason", "unseen")
        sluice(other, 3, "thaw", first["id"], "--reason", "the first is over")
        t.equal(outcome(lab, other), "accept", "outcome of the other, alone")
        lab.redis.start()
        settled(lab, other, "tempfail")
        until(lambda: [f["reason"] for f in freezes(one)] == ["unseen"], "one freeze on one")
        t.equal([f["reason"] for f in freezes(other)], ["unseen"], "frozen on the other")
        t.equal(outcome(lab, one), "tempfail", "outcome of the first")


def main(t, lab):
    nodes = [lab.node, lab.new_node("node2")]
    lab.redis.start()
    start_group(nodes, policy())
    for node in nodes:
        settled(lab, node, "accept")
    with t.test("after freeze has exited 0, no node admits a message until the thaw"):
        under_load(t, lab, nodes)
    with t.test("what Redis knows stops the next message on every node"):
        at_once(t, lab, nodes)
    silent_node(t, lab, nodes)
    unseen_freeze(t, lab, nodes)


run(main)
