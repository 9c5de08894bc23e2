#!/usr/bin/python3
"""local.py - mail that enters through sendmail(1) and PHP mail()."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.policy import policy  # noqa: E402

SEND = """<?php
# send.php COUNT MARKER [HEADERS]
$headers = "From: shop@example.test" . (isset($argv[3]) ? "\\r\\n" . $argv[3] : "");
for ($i = 0; $i < $argv[1]; $i++)
	mail("x@dest.test", "order", "[$argv[2]]", $headers) or exit(1);
"""

BY_UID = policy("""
limit user { for local mail by uid allow 3 messages/hour else hold }
""")
BY_SCRIPT = policy("""
limit script { for local mail by script allow 3 messages/hour else hold }
""")
BY_SENDER = policy("""
limit sender { for local mail by sender allow 3 messages/hour else hold }
""")
RECIPIENTS = policy("""
limit copies { for local mail allow 60 recipients/hour else hold }
""")


def sendmail(lab, times, marker, sender="web@example.test", **more):
    for _ in range(times):
        status = lab.postfix.sendmail(sender, ["x@dest.test"], marker, **more)
        assert status == 0, f"sendmail ended with {status}"


def php(lab, script, times, marker, *headers):
    done = lab.php.run(script, times, marker, *headers)
    assert done.returncode == 0, done


def recipients(n):
    return [f"r{i}@dest.test" for i in range(n)]


def user_and_sendmail(t, lab):
    lab.node.fresh(BY_UID)
    with t.test("sendmail(1) is held when its user is over"):
        sendmail(lab, 5, "over")
        t.equal(lab.account("over"), (3, 2), "delivered, held")
    with t.test("another user is not stopped by it"):
        sendmail(lab, 1, "other", user="games")
        t.equal(lab.account("other"), (1, 0), "delivered, held")
    with t.test("reason and queue id of a held message are in our log"):
        for m in lab.postfix.held():
            lines = lab.node.decisions("hold", f"id={m['queue_id']}", "limit=user", "key=33")
            t.equal(len(lines), 1, f"lines about {m['queue_id']}")
    with t.test("a released message is delivered and not asked about again"):
        before = len(lab.node.decisions("hold"))
        lab.postfix.release(lab.postfix.held()[0]["queue_id"])
        t.equal(lab.account("over"), (4, 1), "delivered, held")
        t.equal(len(lab.node.decisions("hold")), before, "decisions")


def submitter_header(t, lab):
    lab.node.fresh(BY_UID)
    with t.test("a forged X-Local-Submitter is powerless"):
        for i in range(5):
            sendmail(lab, 1, "forged", headers={"X-Local-Submitter": f"uid={i}"})
        t.equal(lab.account("forged"), (3, 2), "delivered, held")
    with t.test("a forged Received: with a userid is powerless"):
        forged = "by mx.example.test (Postfix, from userid 0)"
        sendmail(lab, 3, "received", user="games", headers={"Received": forged})
        sendmail(lab, 1, "received", user="games")
        t.equal(lab.account("received"), (3, 1), "delivered, held")
    with t.test("no X-Local-Submitter is left in delivered mail"):
        for m in lab.sink.messages():
            if "[forged]" in m.data or "[over]" in m.data:
                t.equal(m.header("X-Local-Submitter"), [], "headers")


def scripts(t, lab):
    lab.node.fresh(BY_SCRIPT)
    for name in "form.php", "order.php", "innocent.php":
        lab.php.write(name, SEND)
    with t.test("PHP mail() is held when its script is over"):
        php(lab, "form.php", 5, "form")
        t.equal(lab.account("form"), (3, 2), "delivered, held")
        t.equal(len(lab.node.decisions("hold", "limit=script", "key=0:form.php")), 2,
                "lines in the log")
    with t.test("another script of the same user goes on"):
        php(lab, "order.php", 3, "order")
        t.equal(lab.account("order"), (3, 0), "delivered, held")
    with t.test("eval() in a script does not make it another"):
        lab.php.write("eval.php", "<?php eval('mail(\"x@dest.test\", \"s\", \"[eval]\");');")
        for _ in range(5):
            php(lab, "eval.php", 1, "eval")
        t.equal(lab.account("eval"), (3, 2), "delivered, held")
    with t.test("a forged second X-PHP-Originating-Script changes nothing"):
        forged = "X-PHP-Originating-Script: 0:innocent.php"
        php(lab, "form.php", 2, "forger", forged)
        t.equal(lab.account("forger"), (0, 2), "delivered, held of the forger")
        php(lab, "innocent.php", 3, "innocent")
        t.equal(lab.account("innocent"), (3, 0), "delivered, held of the other")


def null_sender(t, lab):
    lab.node.fresh(BY_SENDER)
    with t.test("the null sender of sendmail(1) is metered"):
        sendmail(lab, 5, "null", sender="<>")
        t.equal(lab.account("null"), (3, 2), "delivered, held")
    with t.test("its bucket is its own"):
        sendmail(lab, 1, "named")
        t.equal(lab.account("named"), (1, 0), "delivered, held")
    with t.test("case, brackets and extension of a sender share a bucket"):
        for sender in ("a.b@example.test", "A.B@Example.TEST", "<a.b@example.test>",
                       "a.b+tag@example.test", '"a.b"@example.test'):
            sendmail(lab, 1, "spelling", sender=sender)
        t.equal(lab.account("spelling"), (3, 2), "delivered, held")


def copies(t, lab):
    lab.node.fresh(RECIPIENTS)
    with t.test("recipients are counted: 50 in one message, then 11, then 10"):
        for n in 50, 11, 10:
            lab.postfix.sendmail("a@example.test", recipients(n), f"copies{n}")
        t.equal(lab.account("copies50"), (1, 0), "50 of 60")
        t.equal(lab.account("copies11"), (0, 1), "61 of 60")
        t.equal(lab.account("copies10"), (1, 0), "60 of 60")
    lab.node.fresh(RECIPIENTS)
    with t.test("a message above the burst is held and told so once"):
        lab.postfix.sendmail("a@example.test", recipients(61), "never")
        t.equal(lab.account("never"), (0, 1), "delivered, held")
        t.equal(len(lab.node.decisions("hold", "never=yes")), 1, "lines in the log")
    with t.test("it took nothing from the bucket"):
        lab.postfix.sendmail("a@example.test", recipients(60), "full")
        t.equal(lab.account("full"), (1, 0), "delivered, held")


def main(t, lab):
    lab.redis.start()
    lab.postfix.start()
    for part in user_and_sendmail, submitter_header, scripts, null_sender, copies:
        part(t, lab)


run(main)
