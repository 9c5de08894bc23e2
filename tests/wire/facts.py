#!/usr/bin/python3
"""Which fact is believed of whom: first instances, local only, spellings."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, SMTP, Peer, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

POLICY = policy("""
limit scripts {
	for   local mail
	by    script
	allow 1 message/day
	else  hold
}
limit users {
	for   local mail
	by    uid
	allow 2 messages/day
	else  hold
}
limit accounts {
	for   authenticated mail
	by    login
	allow 1 message/day
	else  tempfail
}
limit senders {
	for   relayed mail
	by    sender
	allow 1 message/day
	else  tempfail
}
""")

PHP = "X-PHP-Originating-Script"
UID = "X-Local-Submitter"
UNMARKED = {**LOCAL, "daemon_name": "localhost"}
OURS = {**SMTP, "client": "127.0.0.9"}


def scripts(t, lab):
    m = lab.node.milter
    deliver(m, LOCAL, headers=[(PHP, "33:form.php")])
    with t.test("the first script header counts, not a forged second"):
        v = deliver(m, LOCAL, headers=[(PHP, "33:form.php"), (PHP, "33:other.php")],
                    queue_id="FORGED1")
        t.equal(v.word, "hold", "verdict")
        t.equal(deliver(m, LOCAL, headers=[(PHP, "33:other.php")]).word, "accept",
                "the script that was named second")
        until(lambda: "id=FORGED1" in lab.node.log(), "the line")
        t.has(lab.node.log().split("id=FORGED1")[1].split("\n")[0], " forged=yes", "line")
    with t.test("its name is read in any case and folded"):
        v = deliver(m, LOCAL, headers=[(PHP.upper(), "33:\n\tform.php")])
        t.equal(v.word, "hold", "verdict")
    with t.test("over SMTP it is a header like any other"):
        login = {"login": "zoe", "headers": [(PHP, "33:form.php")]}
        t.equal(deliver(m, SMTP, **login).word, "accept", "verdict")
    with t.test("an oversized one is no script"):
        v = deliver(m, LOCAL, headers=[(PHP, "33:" + "x" * 50000)])
        t.equal(v.word, "accept", "verdict")


def uids(t, lab):
    m = lab.node.milter
    with t.test("the first X-Local-Submitter is the uid; all are taken out"):
        headers = [(UID, "uid=33"), ("Subject", "x"), (UID, "uid=0")]
        got = [deliver(m, LOCAL, headers=headers) for _ in range(3)]
        t.equal([v.word for v in got], ["accept", "accept", "hold"], "verdicts")
        for v in got:
            t.equal(v.removed, [(2, UID), (1, UID)], "removed")
        t.equal(deliver(m, LOCAL, headers=[(UID, "uid=0")]).word, "accept", "uid 0")
    with t.test("without the local name it is not believed and stays"):
        got = [deliver(m, UNMARKED, headers=[(UID, "uid=99")]) for _ in range(3)]
        t.equal([(v.word, v.removed) for v in got], [("accept", [])] * 3, "verdicts")
    with t.test("over SMTP it is a header like any other"):
        v = deliver(m, {**SMTP, "daemon_name": "LOCAL"}, login="yan",
                    headers=[(UID, "uid=33")])
        t.equal((v.word, v.removed), ("accept", []), "verdict")


def logins(t, lab):
    m = lab.node.milter
    with t.test("one login in two spellings is one account"):
        t.equal(deliver(m, SMTP, login="Ann@Example.test").word, "accept", "the first")
        t.equal(deliver(m, SMTP, login="ann@example.TEST").word, "tempfail", "the second")
    with t.test("{auth_author} is nobody's login"), Peer(m) as p:
        p.negotiate()
        p.connect(OURS)
        p.macros = {}       # a server that sends what was not asked for
        p.mail("author@example.test", author="<ann@example.test>")
        p.rcpt("x@dest.test")
        t.equal(p.eom().word, "accept", "verdict")


def senders(t, lab):
    m = lab.node.milter
    with t.test("one sender in several spellings is one sender"):
        t.equal(deliver(m, OURS, sender="joe@example.test").word, "accept", "the first")
        for other in "JOE@example.test", "joe+x@Example.test", "joe@example.test.":
            t.equal(deliver(m, OURS, sender=other).word, "tempfail", other)
    with t.test("the null sender is a sender"):
        t.equal(deliver(m, OURS, sender="").word, "accept", "the first")
        t.equal(deliver(m, OURS, sender="").word, "tempfail", "the second")
    with t.test("without {mail_addr} the argument counts"), Peer(m) as p:
        p.negotiate()
        p.connect(OURS)
        p.mail(None, raw="<joe@example.test>")
        p.rcpt("x@dest.test")
        t.equal(p.eom().word, "tempfail", "verdict")
    with t.test("an oversized sender is one that is invalid"):
        long = "x" * 5000
        t.equal(deliver(m, OURS, sender=f"{long}a@example.test").word, "accept", "one")
        t.equal(deliver(m, OURS, sender=f"{long}b@example.test").word, "tempfail", "two")
    with t.test("no value splits a line of the log"):
        v = deliver(m, LOCAL, headers=[(PHP, "33:a b=c\"\\.php")], queue_id="X\nhold id=Y")
        v = deliver(m, LOCAL, headers=[(PHP, "33:a b=c\"\\.php")], queue_id="X\nhold id=Y")
        t.equal(v.word, "hold", "verdict")
        until(lambda: 'id="X\\x0ahold id=Y"' in lab.node.log(), "the escaped line")


def main(t, lab):
    lab.redis.start()
    lab.node.start(POLICY)
    scripts(t, lab)
    uids(t, lab)
    logins(t, lab)
    senders(t, lab)


run(main)
