#!/usr/bin/python3
"""What a policy can say beside plain limits is carried out: exemptions, budgets,
headers, defaults, days, warnings, files."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402


def days(first):
    """Two days of the week, the first so many from today."""
    now = time.time() + first * 86400
    return ", ".join(time.strftime("%a", time.localtime(now + d * 86400)).lower()
                     for d in (0, 1))


POLICY = policy(f"""
recipient delimiter "-"
limit accounts {{
	for   authenticated mail
	by    login
	allow 1 message/hour
	else  tempfail
}}
exempt bulk {{
	for   authenticated mail when login = "news"
	by    login
	allow 3 messages/hour
	else  reject "No more news"
}}
limit budget {{
	for   relayed mail when client = 127.0.0.5
	by    client
	allow 1 message/day
	else  hold up to 2 messages/day then reject "Nothing more is held"
}}
limit campaign {{
	for   relayed mail when header "X-Campaign" like "spring-*"
	by    header "List-Id"
	allow 1 message/day
	else  reject "Enough of it"
}}
limit scripts {{
	for   local mail
	by    script or "none"
	allow 2 messages/day
	else  hold
}}
limit senders {{
	for   relayed mail when client = 127.0.0.7
	by    sender
	allow 1 message/day
	else  reject
}}
limit another-day {{
	for   relayed mail when client = 127.0.0.8 and day {days(3)}
	allow 1 message/day
	else  tempfail
}}
limit today {{
	for   relayed mail when client = 127.0.0.8 and day {days(0)}
	allow 2 messages/day
	else  reject
}}
limit watched {{
	for   relayed mail when client = 127.0.0.9
	by    client
	allow 10 messages/day
	warn  at 50%
	else  tempfail
}}
""")

PHP = "X-PHP-Originating-Script"


def client(n):
    return {**SMTP, "client": f"127.0.0.{n}"}


def words(lab, n, where, **how):
    return [deliver(lab.node.milter, where, **how).word for _ in range(n)]


def exempt(t, lab):
    with t.test("an exemption replaces the limits, and is one itself"):
        t.equal(words(lab, 4, SMTP, login="news"), ["accept"] * 3 + ["reject"], "verdicts")
        t.equal(words(lab, 2, SMTP, login="ann"), ["accept", "tempfail"], "others")
        until(lambda: lab.node.decisions("reject", "limit=bulk", "exempt=bulk",
                                         "key=news"), "its line")


def budget(t, lab):
    with t.test("so many are held, and what comes then is refused"):
        t.equal(words(lab, 3, client(5)), ["accept", "hold", "hold"], "verdicts")
        v = deliver(lab.node.milter, client(5))
        t.equal(v.text, "550 5.7.1 Nothing more is held", "reply")
        until(lambda: lab.node.decisions("hold", "limit=budget", "held=1/2"), "the first")
        until(lambda: lab.node.decisions("reject", "limit=budget", "held=2/2"), "the last")


def campaign(*ids, name="X-Campaign"):
    return [(name, "spring-2026"), *(("list-ID", i) for i in ids)]


def headers(t, lab):
    where = client(6)
    with t.test("a header is a key, and its first instance counts"):
        t.equal(words(lab, 1, where, headers=campaign("one", "two")), ["accept"], "one")
        t.equal(words(lab, 1, where, headers=campaign("two", "one")), ["accept"], "two")
        t.equal(words(lab, 1, where, headers=campaign("one")), ["reject"], "one again")
    with t.test("a condition on a header: any case of the name, folded value"):
        got = words(lab, 1, where, headers=campaign(" two\n\t", name="x-CAMPAIGN"))
        t.equal(got, ["reject"], "verdict")
    with t.test("without the header, or with another value, it is none of its"):
        t.equal(words(lab, 2, where, headers=campaign()), ["accept"] * 2, "no List-Id")
        other = [("X-Campaign", "autumn"), ("List-Id", "one")]
        t.equal(words(lab, 2, where, headers=other), ["accept"] * 2, "autumn")
    with t.test("headers of one message are not those of the next"):
        t.equal(words(lab, 2, where), ["accept"] * 2, "none")


def default(t, lab):
    with t.test("a key with a default: all without the fact are one"):
        t.equal(words(lab, 3, LOCAL), ["accept", "accept", "hold"], "no script")
        v = words(lab, 1, LOCAL, headers=[(PHP, "33:form.php")])
        t.equal(v, ["accept"], "a script")


def delimiter(t, lab):
    with t.test("the extension is what recipient delimiter says"):
        t.equal(words(lab, 1, client(7), sender="joe-a@example.test"), ["accept"], "joe-a")
        t.equal(words(lab, 1, client(7), sender="joe-b@example.test"), ["reject"], "joe-b")
        t.equal(words(lab, 1, client(7), sender="joe+b@example.test"), ["accept"], "joe+b")


def clock(t, lab):
    with t.test("the day is this machine's"):
        t.equal(words(lab, 3, client(8)), ["accept", "accept", "reject"], "verdicts")


def warned(t, lab):
    with t.test("a key is warned of once, when its level rises"):
        words(lab, 4, client(9))
        words(lab, 3, client(9), queue_id="RISEN")
        lines = until(lambda: lab.node.decisions("warn"), "the line")
        t.equal(len(lines), 1, "lines")
        for part in ("limit=watched", "key=127.0.0.9", "window=10/day", "level=50%"):
            t.has(lines[0], part, "line")


SET = "one@example.test\n# a comment\n*@lists.example\n"

FILES = """
set listed from "listed"
include "more.policy"
limit listed {
	for   relayed mail when sender in listed
	by    client
	allow 1 message/day
	else  reject "You are listed"
}
"""

MORE = """
limit included {
	for   relayed mail when client = 127.0.0.11
	allow 1 message/day
	else  reject "It is included"
}
"""


def write(lab, name, text):
    path = os.path.join(os.path.dirname(lab.node.policy), name)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o644)


def digest(lab):
    return lab.node.status()["policy"]["digest"]


def loaded(lab, before):
    lab.node.reload()
    until(lambda: digest(lab) != before, "the new policy")


def files(t, lab):
    write(lab, "listed", SET)
    write(lab, "more.policy", MORE)
    lab.node.fresh(policy(FILES))
    ten = client(10)
    with t.test("a set from a file"):
        t.equal(words(lab, 2, ten, sender="one@example.test"), ["accept", "reject"],
                "a name")
        t.equal(words(lab, 1, ten, sender="x@lists.example"), ["reject"], "a pattern")
        t.equal(words(lab, 2, ten, sender="two@example.test"), ["accept"] * 2, "others")
    with t.test("an included file"):
        t.equal(words(lab, 2, client(11)), ["accept", "reject"], "verdicts")
    with t.test("a reload reads the files again"):
        before = digest(lab)
        write(lab, "listed", SET + "two@example.test\n")
        loaded(lab, before)
        t.equal(words(lab, 1, ten, sender="two@example.test"), ["reject"], "verdict")
    with t.test("a bad file keeps the old policy, and is named"):
        before = digest(lab)
        write(lab, "listed", SET + "a value with spaces\n")
        lab.node.reload()
        until(lambda: "reload=failed" in lab.node.log(), "the line that says so")
        t.has(lab.node.log(), "/listed:4:", "log")
        t.equal(digest(lab), before, "digest")
        t.equal(words(lab, 1, ten, sender="two@example.test"), ["reject"], "verdict")
    with t.test("and so does one that others may write"):
        write(lab, "listed", SET)
        os.chmod(os.path.join(os.path.dirname(lab.node.policy), "listed"), 0o666)
        count = lab.node.log().count("reload=failed")
        lab.node.reload()
        until(lambda: lab.node.log().count("reload=failed") > count, "the second line")
        t.equal(digest(lab), before, "digest")


def main(t, lab):
    lab.redis.start()
    lab.node.start(POLICY)
    for part in (exempt, budget, headers, default, delimiter, clock, warned, files):
        part(t, lab)


run(main)
