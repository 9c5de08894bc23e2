#!/usr/bin/python3
"""smtp.py - mail that enters through SMTP, with and without a login."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.smtp import Smtp, send  # noqa: E402

ALICE = ("alice", "secret")
BOB = ("bob", "secret")

BY_LOGIN = policy("""
limit account {
	for   authenticated mail
	by    login
	allow 30 messages/minute burst 2
	else  tempfail "Too much mail from this account, try again later"
}
""")
REJECT = policy("""
limit office {
	for   relayed mail
	by    client
	allow 2 messages/hour
	else  reject "You have sent 100% of your mail"
}
""")
BY_SENDER = policy("""
limit sender {
	for   relayed mail
	by    sender
	allow 3 messages/hour
	else  tempfail
}
limit account { for authenticated mail by login allow 3 messages/hour else tempfail }
""")
RECIPIENTS = policy("""
limit copies {
	for   relayed mail
	by    client
	allow 60 recipients/hour
	else  tempfail
}
""")
SCRIPT = policy("""
limit script { for local mail by script allow 1 messages/hour else hold }
limit user { for local mail by uid allow 1 messages/hour else hold }
""")


def relay(lab, sender, n=1, **more):
    rcpts = [f"r{i}@dest.test" for i in range(n)]
    return send(lab.postfix.relay_port, sender, rcpts, **more)


def submit(lab, login, sender="a@example.test", **more):
    return send(lab.postfix.submission_port, sender, ["x@dest.test"], login=login, **more)


def accounts(t, lab):
    lab.node.fresh(BY_LOGIN)
    with t.test("SMTP with a login is tempfailed when over"):
        replies = [submit(lab, ALICE, marker="login") for _ in range(3)]
        t.equal([r.code for r in replies[:2]], [250, 250], "within the burst")
        t.equal(replies[2].code // 10, 45, replies[2].text)
        t.has(replies[2].text, "Too much mail from this account", "the reply")
    with t.test("another account is not stopped by it"):
        t.equal(submit(lab, BOB).code, 250, "the reply to bob")
    with t.test("after the wait it is accepted"):
        until(lambda: submit(lab, ALICE, marker="login").code == 250,
              "alice's message to be accepted")
        t.equal(lab.account("login"), (3, 0), "delivered, held")


def author(t, lab):
    lab.node.fresh(BY_SENDER)
    with t.test("MAIL FROM:<..> AUTH=<..> is never a key"):
        codes = [submit(lab, ALICE, options=[f"AUTH=<u{i}@example.test>"]).code
                 for i in range(5)]
        t.equal(codes, [250] * 3 + [451] * 2, "replies")
    with t.test("nor does it make a login"):
        codes = [relay(lab, f"s{i}@example.test", options=["AUTH=<alice@example.test>"]).code
                 for i in range(4)]
        t.equal(codes, [250] * 4, "replies")
    with t.test("a login that uses the null sender meets its own limit"):
        codes = [submit(lab, BOB, sender="<>").code for _ in range(4)]
        t.equal(codes, [250] * 3 + [451], "replies")


def senders(t, lab):
    lab.node.fresh(BY_SENDER)
    with t.test("the null sender is metered over SMTP"):
        codes = [relay(lab, "<>").code for _ in range(4)]
        t.equal(codes, [250] * 3 + [451], "replies")
    with t.test("case, brackets, quotes, dots and extensions share a bucket"):
        spellings = ("<a.b@example.test>", "<A.B@Example.TEST>", '<"a.b"@example.test>',
                     "<a.b+tag@example.test>", "<a.b@example.test.>",
                     "<@relay.test:a.b@example.test>")
        codes = [relay(lab, s).code for s in spellings]
        t.equal(codes, [250] * 3 + [451] * 3, "replies")
    with t.test("another client's bucket for the same sender is its own"):
        t.equal(relay(lab, "a.b@example.test", source="127.0.0.2").code, 250, "the reply")
    with t.test("inbound mail is not limited"):
        codes = [relay(lab, "<a.b@example.test>", source="127.0.9.1").code for _ in range(5)]
        t.equal(codes, [250] * 5, "replies")


def rejects(t, lab):
    lab.node.fresh(REJECT)
    with t.test("a reject has its text, and the session goes on"):
        session = Smtp(lab.postfix.relay_port)
        replies = [session.send("a@example.test", ["x@dest.test"], marker="reject")
                   for _ in range(4)]
        session.close()
        t.equal([r.code for r in replies], [250, 250, 550, 550], "replies")
        t.has(replies[2].text, "You have sent 100% of your mail", "the reply")
        t.equal(lab.account("reject"), (2, 0), "delivered, held")


def copies(t, lab):
    lab.node.fresh(RECIPIENTS)
    with t.test("a message above the burst is rejected once, not told to try again"):
        reply = relay(lab, "a@example.test", 61, marker="never")
        t.equal(reply.code // 100, 5, reply.text)
        t.true("later" not in reply.text.lower() and "again" not in reply.text.lower(),
               reply.text)
        t.equal(lab.account("never"), (0, 0), "delivered, held")
    with t.test("recipients are counted: 50 in one message, then 11, then 10"):
        codes = [relay(lab, "a@example.test", n).code for n in (50, 11, 10)]
        t.equal(codes, [250, 451, 250], "replies")


def headers(t, lab):
    lab.node.fresh(SCRIPT)
    forged = {"X-PHP-Originating-Script": "0:order.php", "X-Local-Submitter": "uid=33"}
    with t.test("X-PHP-Originating-Script and X-Local-Submitter over SMTP change nothing"):
        codes = [relay(lab, "a@example.test", headers=forged).code for _ in range(3)]
        t.equal(codes, [250] * 3, "replies")
        lab.php.write("order.php", "<?php mail('x@dest.test', 's', '[php]') or exit(1);")
        t.equal(lab.php.run("order.php").returncode, 0, "php's exit status")
        t.equal(lab.account("php"), (1, 0), "delivered, held of the real script")


def main(t, lab):
    lab.redis.start()
    for name, password in ALICE, BOB:
        lab.postfix.user(name, password)
    lab.postfix.start()
    for part in accounts, author, senders, rejects, copies, headers:
        part(t, lab)


run(main)
