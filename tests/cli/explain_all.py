#!/usr/bin/python3
"""explain_all.py - sluice explain on exemptions, budgets, headers and the clock,
for people and as JSON, and on another policy than sluiced runs."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.peer import SMTP, deliver  # noqa: E402
from lab.policy import HEAD, policy  # noqa: E402

POLICY = """
own networks { 127.0.0.0/24 }
recipient delimiter "-"
frozen {
	local hold
	smtp  tempfail "Mail is suspended"
	exempt alarm {
		for   authenticated mail when login = "alarm"
		by    login
		allow 2 messages/day
		else  reject
	}
}
exempt bulk {
	for   authenticated mail when login = "news"
	by    login
	allow 3 messages/hour
	else  reject "No more news"
}
limit budget {
	for   relayed mail
	by    client
	allow 1 message/day
	warn  at 80%
	else  hold up to 2 messages/day then reject "Nothing more is held"
	freeze after 4 refusals in 1 hour for 2 hours
}
limit night {
	for   authenticated mail when time 20:00-07:00 and day sat, sun
	by    login
	allow 5 messages/hour
	else  tempfail
}
limit lists {
	for   authenticated mail when header "X-Kind" = "list"
	by    header "List-Id"
	allow 5 messages/hour
	else  tempfail
}
""" + policy().replace(HEAD, "")

RELAY = ("--client", "127.0.0.5")
REFUSED = (
    ("no time", ("--time", "25:00"), "as 20:30"),
    ("half a time", ("--time", "20:3"), "as 20:30"),
    ("no day", ("--day", "someday"), "as sat or saturday"),
    ("no header", ("--header", "List-Id"), "NAME=VALUE"),
    ("a header that the policy does not look at", ("--header", "Subject=x"), "leave it out"),
)


def explain(node, *args, code=0):
    return expect(node, code, "explain", *args).stdout


def as_json(node, *args, code=0):
    return json.loads(explain(node, *args, "--json", code=code))


def names(node, *args):
    return [limit["name"] for limit in as_json(node, "--login", "ann", *args)["limits"]]


def facts(t, node):
    for name, args, why in REFUSED:
        with t.test(f"{name}: exit 2"):
            t.has(expect(node, 2, "explain", *RELAY, *args).stderr, why, "stderr")
    with t.test("--time and --day instead of now"):
        t.equal(names(node, "--time", "20:00", "--day", "sat"), ["night", "login-floor"],
                "in the night")
        t.equal(names(node, "--time", "07:00", "--day", "saturday"), ["login-floor"],
                "at its end")
        t.equal(names(node, "--time", "23:00", "--day", "Mon"), ["login-floor"], "monday")
    with t.test("--header: any case of the name, the first counts"):
        kind = ("--day", "mon", "--header", "x-kind=list")
        t.equal(names(node, *kind), ["login-floor"], "without a key")
        out = as_json(node, "--login", "ann", *kind, "--header", "LIST-ID=a",
                      "--header", "List-Id=b")
        t.equal([(m["name"], m["key"]) for m in out["limits"]],
                [("lists", "a"), ("login-floor", "ann")], "limits")
        t.equal(out["facts"]["header list-id"], "a", "facts")
    with t.test("the sender is read with the policy's delimiter"):
        out = explain(node, *RELAY, "--sender", "joe-x@example.test")
        t.has(out, "sender     joe@example.test\n", "stdout")


def limits(t, node):
    with t.test("an exemption is named as one"):
        out = explain(node, "--login", "news")
        t.has(out, "exempt     bulk, key news, else reject\n", "stdout")
        t.equal("login-floor" in out, False, "other limits")
    with t.test("a budget, a count of refusals and a warning"):
        out = explain(node, *RELAY)
        for part in ("else hold up to 2/day, then reject\n", "held, 2/day ",
                     "refusals, 4/hour ", "and then it is frozen for ",
                     "warns at 80%\n"):
            t.has(out, part, "stdout")


def levels(t, lab, node):
    where = {**SMTP, "client": "127.0.0.5"}
    got = [deliver(node.milter, where).word for _ in range(3)]
    with t.test("their levels"):
        t.equal(got, ["accept", "hold", "hold"], "verdicts")
        out = as_json(node, *RELAY)
        first = out["limits"][0]
        t.equal((first["budget"]["level"], first["freeze_after"]["level"]), (2, 2), "levels")
        t.equal((out["verdict"], out["limit"]), ("reject", "budget"), "verdict")
        t.equal(out["reply"], "550 5.7.1 Nothing more is held", "reply")
    with t.test("and they are not changed by looking"):
        t.equal(as_json(node, *RELAY)["limits"][0], first, "limit")
    with t.test("a policy that sluiced does not run yet is said to be one"):
        t.equal("another one" in explain(node, *RELAY), False, "before")
        node.write_policy(POLICY.replace("3 messages/hour", "4 messages/hour"))
        t.has(explain(node, *RELAY), "sluiced runs another one, ", "stdout")
        out = as_json(node, *RELAY)["policy"]
        t.true(out["running"] != out["digest"], f"{out}")
        node.write_policy(POLICY)


def frozen(t, node):
    expect(node, 0, "freeze", "--all", "--reason", "x")
    with t.test("frozen, and who is exempt from that"):
        out = explain(node, "--login", "alarm", "--trace")
        for part in ("frozen     yes: all, ", "but it is exempt from that\n",
                     "exempt     alarm, key alarm, else reject\n", "charge exempt alarm",
                     "verdict    accept: every limit has room\n"):
            t.has(out, part, "stdout")
        got = as_json(node, "--login", "ann")
        t.equal((got["frozen"], got["exempt_from_freeze"], got["verdict"], got["cause"]),
                (True, False, "tempfail", "frozen"), "ann")
        t.equal(got["freeze"]["scope"], "all", "freeze")


def unknown(t, node):
    with t.test("as JSON without Redis and state: null where it is not known, exit 3"):
        got = as_json(node, *RELAY, code=3)
        t.equal((got["frozen"], got["verdict"], got["limits"][0]["windows"][0]["level"]),
                (None, None, None), "what is not known")
        t.true(got["unknown"], "why")


def main(t, lab):
    node = lab.node
    node.write_policy(POLICY)
    unknown(t, node)
    lab.redis.start()
    node.start(POLICY)
    until(node.status, "the first status")
    facts(t, node)
    limits(t, node)
    levels(t, lab, node)
    frozen(t, node)


run(main)
