#!/usr/bin/python3
"""X6: a replica becomes the primary, without the last writes.

The cable between the two is cut, mail and a freeze reach the old primary only,
and it dies. What both nodes know of the levels is the floor in the new one, and
they put the freeze back into it.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402
from lab.netns import Netns  # noqa: E402
from lab.proxy import Proxy  # noqa: E402
from lab.redis import Redis  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

LIMIT, BEFORE = 20, 4
RECOVERY = LIMIT // 2
POLICY = policy_of(LIMIT, "nodes 2")
BOTH, ONE, FROZEN = "127.0.0.9", "127.0.0.10", "127.0.0.11"
OPEN = {"bind": "0.0.0.0", "protected-mode": "no", "repl-timeout": "3600"}


def start_servers(lab):
    """(the primary's machine, the replica's, the replica)"""
    here, there = Netns(lab.procs, lab.dir), Netns(lab.procs, lab.dir)
    here.link(there, "10.9.6")
    directory = os.path.join(lab.dir, "replica")
    os.makedirs(os.path.join(directory, "log"))
    replica = Redis(lab.procs, directory)
    lab.redis.options.update(OPEN, port=7000)
    replica.options.update(OPEN, port=7000, replicaof="10.9.6.1 7000")
    with here.entered():
        lab.redis.start()
    with there.entered():
        replica.start()
    until(lambda: b"state=online" in lab.redis.ask("INFO", "replication"), "the replica")
    return here, there, replica


def lost_writes(t, lab, nodes):
    """What the primary takes now, nobody else will have."""
    one, other = nodes
    for _ in range((LIMIT - BEFORE) // 2):
        one.send(BOTH)
        other.send(BOTH)
    one.send(ONE, LIMIT)
    t.equal(one.charged(lab.redis, LIMIT), [LIMIT, LIMIT], "charges in the primary")
    expect(lab.node, 0, "freeze", "--client", FROZEN, "--reason", "x6")


def promoted(t, lab, nodes, replica):
    one, other = nodes
    ledger = f"sluice:{{{lab.node.ns}}}:ledger"
    with t.test("the new primary knows neither of the mail nor of the freeze"):
        t.equal(one.charged(replica, LIMIT), [BEFORE], "charges")
        t.equal(replica.ask("HLEN", ledger), 0, "records")
    replica.ask("REPLICAOF", "NO", "ONE")
    with t.test("the nodes use it by themselves, and put the freeze back"):
        one.awaits_redis()
        other.awaits_redis()
        until(lambda: replica.ask("HLEN", ledger) == 1, "the record in Redis")
        t.equal(one.send(FROZEN) + other.send(FROZEN), ["tempfail"] * 2, "verdicts")
    with t.test("and tell it what they remember of the levels, without any mail"):
        until(lambda: one.charged(replica, LIMIT) == [LIMIT, LIMIT], "the levels in Redis")
    with t.test("and say that it happened"):
        until(lambda: "ledger restored=1" in lab.node.log() + other.node.log(), "the record")
        for node in lab.nodes:
            until(lambda: "redis state=restarted" in node.log(), "the alarm")


def bound(t, nodes):
    one, other = nodes
    with t.test("no more is let through than a failover may cost"):
        for _ in range(LIMIT):
            one.send(BOTH)
            other.send(BOTH)
        total = one.admitted(BOTH) + other.admitted(BOTH)
        t.note(f"through both: admitted {total}, bound {LIMIT + RECOVERY}")
        t.at_most(total, LIMIT + RECOVERY, "admitted")
        one.send(ONE, LIMIT)
        t.equal(one.admitted(ONE), LIMIT, "admitted of who is known to one node")
    with t.test("not even of whom the other node has never heard"):
        other.send(ONE, LIMIT)
        total = one.admitted(ONE) + other.admitted(ONE)
        t.note(f"through one, then the other: admitted {total}, bound {LIMIT}")
        t.at_most(total, LIMIT, "admitted")


def main(t, lab):
    other = lab.new_node("node2")
    here, there, replica = start_servers(lab)
    proxy = Proxy(os.path.join(lab.dir, "proxy.sock"), lab.redis.socket)
    for node in lab.nodes:
        node.redis_address = proxy.address
    start_group(lab.nodes, POLICY)
    nodes = [Fault(t, node) for node in (lab.node, other)]
    nodes[0].send(BOTH, BEFORE)
    until(lambda: nodes[0].charged(replica, LIMIT) == [BEFORE], "the replica to have it")
    here.cut(there)
    lost_writes(t, lab, nodes)
    lab.redis.kill9()
    proxy.target = replica.socket
    promoted(t, lab, nodes, replica)
    bound(t, nodes)
    with t.test("no verdict was late, and nothing has grown"):
        for f in nodes:
            f.conclude()
    proxy.close()


run(main)
