#!/usr/bin/python3
"""freeze.py - sluice freeze: here first, then everywhere."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect, freezes, give_key, scopes  # noqa: E402
from lab.policy import policy  # noqa: E402

WHY = ("--reason", "spam run, ticket 4711")
OPTIONS = (
    (("--all",), "all", "all outbound mail"),
    (("--class", "local"), "class:local", "all local mail"),
    (("--script", "33:Contact.php"), "script:33:Contact.php", "script 33:Contact.php"),
    (("--uid", "033"), "uid:33", "user id 33"),
    (("--login", "Shop"), "login:shop", "login shop"),
    (("--sender", "<News@Shop.Example>"), "sender:news@shop.example",
     "sender news@shop.example"),
    (("--domain", "Shop.Example."), "domain:shop.example", "sender domain shop.example"),
    (("--client", "192.0.2.0/24"), "client:192.0.2.0/24", "client 192.0.2.0/24"),
)
REFUSED = (
    ("no scope", WHY),
    ("two scopes", ("--all", "--uid", "33", *WHY)),
    ("no reason", ("--all",)),
    ("an empty reason", ("--all", "--reason", " ")),
    ("a reason of two lines", ("--all", "--reason", "a\nb")),
    ("a reason too long", ("--all", "--reason", "x" * 401)),
    ("inbound mail", ("--class", "inbound", *WHY)),
    ("not an address", ("--client", "mail.example", *WHY)),
    ("not a script", ("--script", "contact.php", *WHY)),
    ("a pattern of senders", ("--sender", "*@shop.example", *WHY)),
    ("a pattern of scripts", ("--script", "33:*", *WHY)),
    ("a pattern of logins", ("--login", "*", *WHY)),
    ("a script with its directory", ("--script", "33:/var/www/contact.php", *WHY)),
    ("half an address", ("--sender", "root", *WHY)),
    ("a wait that is no number", ("--all", "--wait", "soon", *WHY)),
    ("a word too many", ("--all", "now", *WHY)),
)


def record(node, scope):
    return next(f for f in freezes(node) if f["scope"] == scope)


def refused(t, node):
    for name, args in REFUSED:
        with t.test(f"{name}: exit 2, nothing is frozen"):
            t.true(expect(node, 2, "freeze", *args).stderr, "stderr")
            t.equal(scopes(node), [], "frozen")


def stopped(t, node):
    """sluiced does not run: the file and Redis are enough."""
    for args, scope, words in OPTIONS:
        with t.test(f"freeze {' '.join(args)}"):
            done = expect(node, 0, "freeze", *args, *WHY)
            t.has(done.stdout, f"Frozen everywhere: {words} (", "stdout")
            t.has(done.stdout, "1 of 1 node confirmed.", "stdout")
            t.has(done.stdout, "postsuper -h", "stdout")
            t.equal(done.stderr, "", "stderr")
            t.true(scope in scopes(node), scope)
    with t.test("it is on record: who, sudo, why"):
        os.environ["SUDO_USER"] = "al\nice"
        expect(node, 0, "freeze", "--uid", "77", *WHY)
        del os.environ["SUDO_USER"]
        r = record(node, "uid:77")
        t.equal((r["by"], r["sudo"], r["reason"]), ("root", "al?ice", WHY[1]), "record")
    with t.test("frozen twice: said, and still a record"):
        done = expect(node, 0, "freeze", "--all", *WHY)
        t.has(done.stdout, "It was frozen already, by root", "stdout")
        t.equal(scopes(node).count("all"), 2, "records")
    with t.test("files stay those of the owner of the state directory"):
        owner = os.stat(node.state).st_uid
        for name in os.listdir(node.state):
            t.equal(os.stat(os.path.join(node.state, name)).st_uid, owner, name)
    with t.test("the user of sluiced may do it too"):
        expect(node, 0, "freeze", "--uid", "78", *WHY, user="nobody")
        t.equal(record(node, "uid:78")["by"], "nobody", "by")


def two_nodes(t, redis, node, other):
    give_key(other, node)
    node.start(policy())
    other.start(policy())
    with t.test("both nodes confirm"):
        done = expect(node, 0, "freeze", "--login", "a", "--wait", "30", *WHY)
        t.has(done.stdout, "2 of 2 nodes confirmed.", "stdout")
        t.true("login:a" in scopes(other), "frozen on the other node")
    with t.test("a node that does not answer is named: exit 3"):
        other._process.pause()
        done = expect(node, 3, "freeze", "--login", "b", "--wait", "1", *WHY)
        t.has(done.stdout, "Frozen but not everywhere yet: login b", "stdout")
        t.has(done.stdout, "1 of 2 nodes confirmed.", "stdout")
        name = other.status()["node"]
        t.has(done.stderr, f"NOT confirmed: node {name}, last heard of ", "stderr")
        t.true("login:b" in scopes(node), "frozen here")
        other._process.resume()
    with t.test("nor is it forgotten with a Redis that comes back empty: exit 3"):
        other._process.pause()
        redis.kill9()
        redis.start()
        done = expect(node, 3, "freeze", "--login", "d", "--wait", "1", *WHY)
        t.has(done.stderr, f"NOT confirmed: node {name}, not heard of since", "stderr")
        other._process.resume()
        expect(node, 0, "freeze", "--login", "d", "--wait", "30", *WHY)
    with t.test("a node that is away and has no lease is not waited for: exit 3"):
        other.kill9()
        key = f"sluice:{{{node.ns}}}:nodes"
        token = redis.ask("HGET", key, name).split()[1]
        redis.ask("HSET", key, name, b"1000000 " + token)
        done = expect(node, 3, "freeze", "--login", "c", "--wait", "3600", *WHY)
        t.has(done.stdout, "Frozen but not everywhere yet: login c", "stdout")
        t.has(done.stderr, f"NOT confirmed: node {name}, last heard of ", "stderr")
        t.has(done.stderr, f"HDEL sluice:{{{node.ns}}}:nodes {name} in Redis at ", "stderr")
    with t.test("a node whose lease is over lets nothing through: exit 0"):
        redis.ask("HSET", key, name, b"1000000 " + token + b" 60000000 " + b"0" * 16)
        done = expect(node, 0, "freeze", "--login", "e", "--wait", "3600", *WHY)
        t.has(done.stdout, "Frozen everywhere: login e", "stdout")
        t.has(done.stdout, "1 of 2 nodes confirmed. 1 is away for longer than the "
              "lease, and stopped.", "stdout")
    with t.test("a node whose lease is not over is waited for: exit 3"):
        redis.ask("HSET", key, name, b"1000000 " + token + b" %d " % (1 << 60) +
                  b"0" * 16)
        expect(node, 3, "freeze", "--login", "f", "--wait", "1", *WHY)
    node.stop()


def odd_file(t, node):
    head = os.path.join(node.state, "ledger.head")
    with t.test("a FIFO in the state directory hangs nobody: exit 1"):
        os.rename(head, head + ".kept")
        os.mkfifo(head)
        t.has(expect(node, 1, "freeze", "--all", *WHY).stderr, "frozen", "stderr")
        os.rename(head + ".kept", head)


def redis_away(t, lab, node):
    lab.redis.kill9()
    with t.test("Redis away: frozen here, exit 3, and what to do"):
        done = expect(node, 3, "freeze", "--login", "d", *WHY)
        t.has(done.stdout, "Frozen on this node only: login d", "stdout")
        t.has(done.stderr, f"Redis at {node.redis_address} cannot be used: ", "stderr")
        t.has(done.stderr, "Other nodes do NOT know.", "stderr")
        t.true("login:d" in scopes(node), "frozen here")
    with t.test("a broken ledger: everything is frozen already, exit 1"):
        path = os.path.join(node.state, "ledger.head")
        os.rename(path, path + ".kept")
        done = expect(node, 1, "freeze", "--all", *WHY)
        t.has(done.stderr, "not recorded, but everything is frozen on this node", "stderr")
        os.rename(path + ".kept", path)
    with t.test("no key: nothing was frozen, exit 1"):
        os.rename(os.path.join(node.state, "key"), os.path.join(node.state, "kept"))
        done = expect(node, 1, "freeze", "--all", *WHY)
        t.has(done.stderr, "NOTHING was frozen", "stderr")


def main(t, lab):
    lab.redis.start()
    give_key(lab.node)
    refused(t, lab.node)
    stopped(t, lab.node)
    two_nodes(t, lab.redis, lab.node, lab.new_node("node2"))
    odd_file(t, lab.node)
    redis_away(t, lab, lab.node)


run(main)
