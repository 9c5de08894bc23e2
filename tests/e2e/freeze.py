#!/usr/bin/python3
"""freeze.py - the switch that stops mail, and what it survives."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import freezes  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.smtp import Smtp, send  # noqa: E402

ALICE = ("alice", "secret")
SEND = "<?php mail('x@dest.test', 's', \"[$argv[1]]\", 'From: a@example.test') or exit(1);"


def sluice(lab, want, *args, **how):
    """The command; its exit status must be the one that is wanted."""
    done = lab.node.sluice(*args, **how)
    if done.returncode != want:
        raise AssertionError(f"got exit status {done.returncode}, want {want}: {done}")
    return done


def frozen(lab):
    """The scopes that are frozen, as `sluice freezes` says."""
    return [f["scope"] for f in freezes(lab.node)]


def php(lab, script, marker):
    done = lab.php.run(script, marker)
    assert done.returncode == 0, done
    return lab.account(marker)


def relay(lab, sender="a@example.test", port=None, **more):
    return send(port or lab.postfix.relay_port, sender, ["x@dest.test"], **more)


def submit(lab, sender="a@example.test"):
    return relay(lab, sender, lab.postfix.submission_port, login=ALICE)


def reasons(t, lab):
    with t.test("freeze needs a reason"):
        for reason in (), ("--reason", ""), ("--reason", "  "):
            sluice(lab, 2, "freeze", "--all", *reason)
        t.equal(frozen(lab), [], "frozen")
    with t.test("freeze needs exactly one scope"):
        sluice(lab, 2, "freeze", "--reason", "why")
        sluice(lab, 2, "freeze", "--all", "--uid", 33, "--reason", "why")
        t.equal(frozen(lab), [], "frozen")


def one_script(t, lab):
    with t.test("freeze of one script leaves the other sending"):
        sluice(lab, 0, "freeze", "--script", "0:form.php", "--reason", "spam run, 4711")
        t.equal(php(lab, "form.php", "frozen-form"), (0, 1), "delivered, held of the form")
        t.equal(php(lab, "order.php", "order"), (1, 0), "delivered, held of the orders")
    with t.test("the script's header over SMTP is not that script"):
        forged = {"X-PHP-Originating-Script": "0:form.php"}
        t.equal(relay(lab, headers=forged).code, 250, "the reply")
    with t.test("the log names the freeze that held the message"):
        freeze, = freezes(lab.node)
        lines = lab.node.decisions("hold", f"freeze={freeze['id']}")
        t.equal(len(lines), 1, "lines in the log")
        t.equal((freeze["by"], freeze["reason"]), ("root", "spam run, 4711"), "the record")
    with t.test("thaw needs a reason"):
        sluice(lab, 2, "thaw", "script:0:form.php")
        sluice(lab, 2, "thaw", "script:0:form.php", "--reason", "")
        t.equal(php(lab, "form.php", "still"), (0, 1), "delivered, held")
    with t.test("a thaw of another scope lifts nothing"):
        sluice(lab, 1, "thaw", "all", "--reason", "wrong scope")
        t.equal(frozen(lab), ["script:0:form.php"], "frozen")
    with t.test("after the thaw the script sends"):
        sluice(lab, 0, "thaw", "script:0:form.php", "--reason", "form fixed")
        t.equal(php(lab, "form.php", "thawed"), (1, 0), "delivered, held")
        t.equal(lab.account("frozen-form"), (0, 1), "what was held stays held")


def scopes(t, lab):
    """Each scope stops its own mail and no other."""
    rows = [
        ("--login", "Alice@Example.TEST", lambda: submit(lab), lambda: relay(lab)),
        ("--sender", "BAD@example.test", lambda: relay(lab, "bad@example.test"),
         lambda: relay(lab, "good@example.test")),
        ("--sender", "<>", lambda: relay(lab, "<>"), lambda: relay(lab)),
        ("--domain", "Bad.TEST", lambda: relay(lab, "a@bad.test"),
         lambda: relay(lab, "a@sub.bad.test")),
        ("--client", "127.0.0.2", lambda: relay(lab, source="127.0.0.2"), lambda: relay(lab)),
        ("--client", "127.0.0.128/25", lambda: relay(lab, source="127.0.0.200"),
         lambda: relay(lab)),
        ("--class", "authenticated", lambda: submit(lab), lambda: relay(lab)),
    ]
    for option, value, inside, outside in rows:
        with t.test(f"freeze {option} {value}"):
            sluice(lab, 0, "freeze", option, value, "--reason", "test")
            scope, = frozen(lab)
            reply = inside()
            t.equal(reply.code, 451, "mail of the scope")
            t.has(reply.text, "Mail is suspended", "the reply")
            t.equal(outside().code, 250, "other mail")
            sluice(lab, 0, "thaw", scope, "--reason", "test")
            t.equal(inside().code, 250, "mail of the scope, thawed")


def uid(t, lab):
    with t.test("freeze --uid"):
        sluice(lab, 0, "freeze", "--uid", 33, "--reason", "test")
        lab.postfix.sendmail("a@example.test", ["x@dest.test"], "uid33")
        lab.postfix.sendmail("a@example.test", ["x@dest.test"], "games", user="games")
        t.equal(lab.account("uid33"), (0, 1), "delivered, held of uid 33")
        t.equal(lab.account("games"), (1, 0), "delivered, held of another")
        forged = {"X-Local-Submitter": "uid=33"}
        t.equal(relay(lab, headers=forged).code, 250, "the reply to a forged header")
        sluice(lab, 0, "thaw", "uid:33", "--reason", "test")


def everything(t, lab):
    open_session = Smtp(lab.postfix.relay_port)
    with t.test("freeze --all stops all outbound mail, open sessions too"):
        t.equal(open_session.send("a@example.test", ["x@dest.test"]).code, 250, "before")
        sluice(lab, 0, "freeze", "--all", "--reason", "test")
        t.equal(open_session.send("a@example.test", ["x@dest.test"]).code, 451, "after")
        t.equal([relay(lab).code, submit(lab).code], [451, 451], "replies")
        t.equal(php(lab, "order.php", "all"), (0, 1), "delivered, held")
    open_session.close()
    with t.test("inbound mail is not frozen"):
        t.equal(relay(lab, source="127.0.9.1").code, 250, "the reply")


def crashes(t, lab):
    """Everything is frozen when this begins."""
    with t.test("a freeze survives kill -9 of Redis and of sluiced"):
        lab.redis.kill9()
        lab.node.kill9()
        lab.redis.start()
        t.equal(lab.redis.ask("DBSIZE"), 0, "keys in the new Redis")
        lab.node.start()
        t.equal(relay(lab).code, 451, "the first reply")
        t.equal(php(lab, "order.php", "crash"), (0, 1), "delivered, held")
    with t.test("the empty Redis gets the records back"):
        until(lambda: lab.redis.ask("HLEN", "sluice:{%s}:ledger" % lab.node.ns),
              "the ledger to be in Redis again")
        until(lambda: "restored=" in lab.node.log(), "the alarm about it")
    with t.test("it survives with Redis away, too"):
        lab.redis.kill9()
        lab.node.kill9()
        lab.node.start()
        t.equal(relay(lab).code, 451, "the first reply")
    with t.test("without Redis a thaw and a freeze say what they do not reach"):
        done = sluice(lab, 3, "thaw", "all", "--reason", "test")
        t.has(done.stderr, "Redis", "on stderr")
        t.equal(relay(lab).code, 250, "the reply, thawed here")
        done = sluice(lab, 3, "freeze", "--all", "--reason", "test")
        t.has(done.stderr, "Other nodes do NOT know", "on stderr")
        t.equal(relay(lab).code, 451, "the reply, frozen here")
    with t.test("when Redis is back it learns of both"):
        lab.redis.start()
        until(lambda: lab.redis.ask("HLEN", "sluice:{%s}:ledger" % lab.node.ns) >= 3,
              "the ledger to be in Redis")
        t.equal(frozen(lab), ["all"], "frozen")


def stopped(t, lab):
    """Everything is frozen when this begins."""
    with t.test("freeze and thaw work with sluiced stopped"):
        sluice(lab, 0, "thaw", "all", "--reason", "test")
        t.equal(relay(lab).code, 250, "before")
        lab.node.stop()
        sluice(lab, 0, "freeze", "--class", "relayed", "--reason", "test")
        lab.node.start()
        t.equal(relay(lab).code, 451, "the first reply")
        t.equal(submit(lab).code, 250, "the reply to a login")
        lab.node.stop()
        sluice(lab, 0, "thaw", "class:relayed", "--reason", "test")
        lab.node.start()
        t.equal(relay(lab).code, 250, "the first reply")


def main(t, lab):
    lab.redis.start()
    lab.postfix.user(*ALICE)
    lab.postfix.start()
    lab.node.start(policy())
    for name in "form.php", "order.php":
        lab.php.write(name, SEND)
    for part in reasons, one_script, scopes, uid, everything, crashes, stopped:
        part(t, lab)


run(main)
