#!/usr/bin/python3
"""X22: two nodes with different policies on one Redis.

A bucket keeps its level in messages, whatever the policy of the node that looks
at it: no change of policies, there and back, lets more through than the larger
of the two bursts.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

# By client: what each node allows.
SLOWER, LARGER, OTHER = "127.0.0.11", "127.0.0.12", "127.0.0.13"
RENAMED, IN_TURN, FORTH = "127.0.0.14", "127.0.0.15", "127.0.0.16"
HERE = {SLOWER: "20 messages/day", LARGER: "20 messages/day", OTHER: "20 messages/day",
        RENAMED: "20 messages/day", IN_TURN: "20 messages/day", FORTH: "20 messages/day"}
THERE = {SLOWER: "10 messages/day", LARGER: "20 messages/day burst 40",
         OTHER: "5 messages/hour", RENAMED: "20 messages/day",
         IN_TURN: "7 messages/hour", FORTH: "7 messages/day"}


def policy_of(allowed, names):
    return policy("nodes 2\n" + "".join(f"""
limit {names.get(client, "limit" + client.split(".")[-1])} {{
	for   relayed mail when client = {client}
	by    client
	allow {windows}
	else  tempfail
}}""" for client, windows in allowed.items()))


def send(node, client, n):
    """How many of n were admitted."""
    return [deliver(node.milter, {**SMTP, "client": client}).word
            for _ in range(n)].count("accept")


def windows(redis, ns):
    """Of each bucket: a window is four numbers."""
    return [len(redis.ask("GET", key) or b"") // 32
            for key in redis.ask("KEYS", f"sluice:{{{ns}}}:bucket:*")]


def levels(t, redis, here, there):
    with t.test("half the rate: the level counts in messages"):
        t.equal(send(here, SLOWER, 8), 8, "here, of 8")
        t.equal(send(there, SLOWER, 5), 2, "there, of 5, where 10 is the burst")
        t.equal(send(here, SLOWER, 20), 10, "here, of 20, where 20 is the burst")
        t.equal(send(there, SLOWER, 3), 0, "there, at the end")
    with t.test("twice the burst: what is there is more, and once"):
        t.equal(send(here, LARGER, 25), 20, "here, of 25")
        t.equal(send(there, LARGER, 30), 20, "there, of 30")
        t.equal(send(here, LARGER, 5) + send(there, LARGER, 5), 0, "both, at the end")
    with t.test("another window: both are kept beside one another"):
        t.equal(send(here, OTHER, 15), 15, "here, of 15")
        t.equal(send(there, OTHER, 10), 5, "there, of 10")
        t.equal(send(here, OTHER, 10), 5, "here, the rest")
        t.equal(windows(redis, here.ns).count(2), 1, "buckets of two windows in Redis")
    with t.test("a renamed limit begins afresh, once"):
        t.equal(send(here, RENAMED, 25) + send(there, RENAMED, 25), 40, "both")
        t.equal(send(here, RENAMED, 5) + send(there, RENAMED, 5), 0, "both, at the end")


def in_turn(t, here, there):
    with t.test("in turn, message by message, each keeps its own window"):
        got = [send(node, IN_TURN, 1) for _ in range(30) for node in (here, there)]
        t.equal((sum(got[::2]), sum(got[1::2])), (20, 7), "admitted here, there")
    with t.test("back and forth between two rates mints nothing"):
        got = [send(node, FORTH, 1) for _ in range(30) for node in (here, there)]
        t.equal(sum(got), 20, "admitted by both")
        t.at_most(sum(got[1::2]), 7, "admitted there")


def shown(t, here, there):
    with t.test("each node's status names the other as one with another policy"):
        for node, other in (here, there), (there, here):
            name = other.status()["node"]
            until(lambda: f"these nodes run another policy: {name}\n" in
                  node.sluice("status").stdout, f"{name} in the status of {node.name}")


def reloaded(t, here, there):
    with t.test("the levels stay over a reload"):
        with open(here.policy) as f:
            there.reload(f.read())
        until(lambda: there.log().count("reloaded policy=") == 2, "the same policy")
        t.equal(send(there, SLOWER, 3) + send(there, LARGER, 3) + send(there, FORTH, 3),
                0, "admitted")


def main(t, lab):
    here, there = lab.node, lab.new_node("node2")
    lab.redis.start()
    start_group([here, there], policy_of(HERE, {RENAMED: "old"}))
    there.reload(policy_of(THERE, {RENAMED: "new"}))
    until(lambda: "reloaded policy=" in there.log(), "the other policy")
    levels(t, lab.redis, here, there)
    in_turn(t, here, there)
    shown(t, here, there)
    reloaded(t, here, there)


run(main)
