#!/usr/bin/python3
"""thaw.py - sluice thaw: lifts what is named, and nothing else."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect, give_key, scopes  # noqa: E402

WHY = ("--reason", "form fixed")


def freeze(node, *scope):
    done = expect(node, 0, "freeze", *scope, "--reason", "spam run")
    return done.stdout.split("(", 1)[1].split(")", 1)[0]


def refused(t, node):
    freeze(node, "--all")
    for name, args in (("no scope", WHY), ("two scopes", ("all", "uid:33", *WHY)),
                       ("no reason", ("all",)), ("an empty reason", ("all", "--reason", ""))):
        with t.test(f"{name}: exit 2, still frozen"):
            expect(node, 2, "thaw", *args)
            t.equal(scopes(node), ["all"], "frozen")
    with t.test("what is not frozen: exit 1, and what is"):
        done = expect(node, 1, "thaw", "login:shop", *WHY)
        t.has(done.stderr, "login:shop is not frozen. Frozen is:\n  all  (", "stderr")
        t.has(done.stderr, "by root: spam run)", "stderr")


def lifted(t, node):
    with t.test("neither a scope nor an id: exit 2, and what a scope is"):
        t.has(expect(node, 2, "thaw", "nonsense", *WHY).stderr, "is not a scope", "stderr")
    with t.test("the options of freeze name a scope here, too"):
        freeze(node, "--uid", "7")
        expect(node, 2, "thaw", "--uid", "7", "all", *WHY)
        done = expect(node, 0, "thaw", "--uid", "7", *WHY)
        t.has(done.stdout, "Thawed everywhere: user id 7", "stdout")
    with t.test("a thaw names what it lifts and what stays"):
        freeze(node, "--script", "33:contact.php")
        id2 = freeze(node, "--script", "33:contact.php")
        done = expect(node, 0, "thaw", "script:33:contact.php", *WHY)
        t.has(done.stdout, "Thawed everywhere: script 33:contact.php (lifts ", "stdout")
        t.has(done.stdout, f" {id2}).", "stdout")
        t.has(done.stdout, "Still frozen:\n  all  (", "stdout")
        t.has(done.stdout, "postsuper -H", "stdout")
        t.equal(scopes(node), ["all"], "frozen")
    with t.test("a scope in another spelling"):
        freeze(node, "--sender", "a@shop.example")
        expect(node, 0, "thaw", "sender:<A@Shop.Example.>", *WHY)
        t.equal(scopes(node), ["all"], "frozen")
    with t.test("by id: one of two freezes of a scope"):
        id1, id2 = freeze(node, "--uid", "33"), freeze(node, "--uid", "33")
        done = expect(node, 0, "thaw", id1, *WHY)
        t.has(done.stdout, f"(lifts {id1}).", "stdout")
        t.has(done.stdout, f"({id2}, ", "stdout")
        t.equal(sorted(scopes(node)), ["all", "uid:33"], "frozen")
        expect(node, 0, "thaw", "uid:33", *WHY)
    with t.test("the last one"):
        done = expect(node, 0, "thaw", "all", *WHY)
        t.has(done.stdout, "Nothing is frozen now.", "stdout")
        t.equal(scopes(node), [], "frozen")
        t.has(expect(node, 1, "thaw", "all", *WHY).stderr, "Nothing is.", "stderr")


def many(t, node):
    node.new_state()
    give_key(node)
    with open(os.path.join(node.state, "node"), "w") as f:
        f.write("n" * 73 + "-5f3a9c\n")
    with t.test("more freezes than one record can name"):
        ids = [freeze(node, "--all") for _ in range(60)]
        done = expect(node, 0, "thaw", "all", *WHY)
        for i in ids:
            t.has(done.stdout, f" {i}", "stdout")
        t.equal(scopes(node), [], "frozen")
        with open(os.path.join(node.state, "ledger")) as f:
            thaws = [line for line in f if line.startswith("thaw ")]
        t.equal(len(thaws), 2, "records")


def other_node(t, lab, node, other):
    give_key(other, node)
    with t.test("a freeze of another node is seen through Redis, and lifted"):
        freeze(other, "--login", "shop")
        expect(node, 0, "thaw", "login:shop", *WHY)
        t.equal(scopes(node), [], "frozen")
    lab.redis.kill9()
    with t.test("Redis away: thawed here, exit 3"):
        expect(node, 3, "freeze", "--uid", "33", "--reason", "test")
        done = expect(node, 3, "thaw", "uid:33", *WHY)
        t.has(done.stdout, "Thawed on this node only: user id 33", "stdout")
        t.has(done.stderr, "may not be seen here", "stderr")
        t.equal(scopes(node), [], "frozen")
    with t.test("a broken ledger cannot be thawed: exit 1"):
        with open(os.path.join(node.state, "ledger"), "w"):
            pass
        done = expect(node, 1, "thaw", "all", *WHY)
        t.has(done.stderr, "everything is frozen", "stderr")


def main(t, lab):
    lab.redis.start()
    give_key(lab.node)
    refused(t, lab.node)
    lifted(t, lab.node)
    many(t, lab.new_node("long"))
    other_node(t, lab, lab.node, lab.new_node("node2"))


run(main)
