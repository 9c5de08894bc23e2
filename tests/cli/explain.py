#!/usr/bin/python3
"""explain.py - sluice explain: what would become of a message, charging nothing."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect, give_key  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.smtp import send  # noqa: E402

LIMITS = """
limit script-mail {
	for   local mail
	by    script
	allow 30 messages/minute, 100 recipients/hour
	else  hold
}
limit relay {
	for   relayed mail
	by    client
	allow 3 messages/hour
	else  tempfail "Not so much"
}
limit news {
	for   authenticated mail when sender like "*@news.example"
	allow 5 recipients/day
	else  reject "No more news"
}
"""
SCRIPT = ("--script", "33:contact.php")
RELAY = ("--client", "127.0.0.1")
REFUSED = (
    ("no facts", (), "say how"),
    ("local mail with a client", (*SCRIPT, *RELAY), "local mail only"),
    ("a script over SMTP", ("--class", "relayed", *SCRIPT), "only local mail"),
    ("a client outside, called relayed", ("--class", "relayed", "--client", "192.0.2.1"),
     "it is inbound mail"),
    ("authenticated without login", ("--class", "authenticated"), "--login"),
    ("no class of that name", ("--class", "lokal"), "not a class"),
    ("no script of that form", ("--script", "contact.php"), "not a script"),
    ("no address", ("--client", "localhost"), "not an IP address"),
    ("no recipient", (*SCRIPT, "--rcpts", "0"), "--rcpts"),
)


def refused(t, node):
    for name, args, why in REFUSED:
        with t.test(f"{name}: exit 2"):
            t.has(expect(node, 2, "explain", *args).stderr, why, "stderr")
    with t.test("a bad policy: exit 1"):
        expect(node, 1, "explain", *SCRIPT, "-p", "/nonexistent")


def unknown(t, node):
    with t.test("no state, no Redis: the limits all the same, exit 3"):
        out = expect(node, 3, "explain", *SCRIPT).stdout
        for part in ("class      local\n", "frozen     unknown: ", "30/minute",
                     "limit      script-mail, key 33:contact.php, else hold",
                     "levels unknown", "verdict    unknown"):
            t.has(out, part, "stdout")
    give_key(node)
    with t.test("no Redis: levels unknown, exit 3"):
        out = expect(node, 3, "explain", *SCRIPT).stdout
        t.has(out, "frozen     no\n", "stdout")
        t.has(out, "levels unknown: Redis not reachable: ", "stdout")


def full(t, node):
    with t.test("full buckets: accept"):
        out = expect(node, 0, "explain", *SCRIPT).stdout
        t.has(out, "  level 0/30\n", "stdout")
        t.has(out, "  level 0/100\n", "stdout")
        t.has(out, "limit      local-floor, key -, else hold", "stdout")
        t.has(out, "verdict    accept: every limit has room\n", "stdout")
    with t.test("any spelling"):
        out = expect(node, 0, "explain", "--login", "Shop", "--sender",
                     "<Info+x@NEWS.example.>").stdout
        for part in ("class      authenticated", "login      shop\n",
                     "sender     info@news.example\n", "limit      news, key -"):
            t.has(out, part, "stdout")
    with t.test("what can never pass"):
        out = expect(node, 0, "explain", "--login", "shop", "--sender", "a@news.example",
                     "--rcpts", "6").stdout
        t.has(out, "verdict    reject: it can never pass 5 recipients/day of limit news",
              "stdout")
        t.has(out, "reply      550 5.7.1 Too many recipients", "stdout")
    with t.test("inbound mail meets no limit"):
        out = expect(node, 0, "explain", "--client", "192.0.2.1").stdout
        t.has(out, "class      inbound\n", "stdout")
        t.has(out, "limit      none applies\n", "stdout")
        t.has(out, "verdict    accept: no limit applies\n", "stdout")
    with t.test("--trace shows the path"):
        out = expect(node, 0, "explain", *SCRIPT, "--trace").stdout
        t.has(out, "\ntrace\n", "stdout")
        t.has(out, "charge script-mail", "stdout")


def frozen(t, node):
    with t.test("frozen: by which freeze, and the levels all the same"):
        expect(node, 0, "freeze", *SCRIPT, "--reason", "spam run")
        out = expect(node, 0, "explain", *SCRIPT).stdout
        t.has(out, "frozen     yes: script:33:contact.php, ", "stdout")
        t.has(out, "by root: spam run (", "stdout")
        t.has(out, "  level 0/30\n", "stdout")
        t.has(out, "verdict    hold: it is frozen\n", "stdout")
        out = expect(node, 0, "explain", "--script", "33:order.php").stdout
        t.has(out, "frozen     no\n", "stdout")


def charged(t, lab, node):
    lab.postfix.start()
    node.start(policy(LIMITS))
    for _ in range(3):
        send(lab.postfix.relay_port, "a@example.test", ["x@dest.test"])
    keys = sorted(lab.redis.ask("KEYS", f"sluice:{{{node.ns}}}:bucket:*"),
                  key=lambda key: lab.redis.ask("PTTL", key))
    before = lab.redis.ask("GET", keys[-1])
    with t.test("a full window: its level, the wait, the reply"):
        out = expect(node, 0, "explain", *RELAY).stdout
        t.has(out, "  level 3/3, full again in ", "stdout")
        t.has(out, "verdict    tempfail: 3/hour of limit relay is used up; room again in ",
              "stdout")
        t.has(out, "reply      451 4.7.1 Not so much\n", "stdout")
    with t.test("nothing was charged"):
        expect(node, 0, "explain", "--client", "127.0.0.2")
        t.equal(lab.redis.ask("GET", keys[-1]), before, "the bucket")
        after = lab.redis.ask("KEYS", f"sluice:{{{node.ns}}}:bucket:*")
        t.equal(set(after) - set(keys), set(), "new buckets")
    node.stop()


def main(t, lab):
    node = lab.node
    node.write_policy(policy(LIMITS))
    refused(t, node)
    unknown(t, node)
    lab.redis.start()
    full(t, node)
    frozen(t, node)
    charged(t, lab, node)


run(main)
