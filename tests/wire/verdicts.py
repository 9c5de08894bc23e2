#!/usr/bin/python3
"""Each verdict, byte for byte, and the line that explains it."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, SMTP, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

POLICY = policy("""
limit scripts {
	for   local mail
	by    script
	allow 2 messages/hour, 5 recipients/hour
	else  hold
}
limit accounts {
	for   authenticated mail
	by    login
	allow 1 message/hour, 3 recipients/day
	else  tempfail
}
limit silent {
	for   relayed mail when client = 127.0.0.5
	by    client
	allow 1 message/hour
	else  reject
}
limit spoken {
	for   relayed mail when client = 127.0.0.6
	by    client
	allow 1 message/hour
	else  reject "At 100% of what this host may send"
}
limit asked {
	for   relayed mail when client = 127.0.0.7
	by    client
	allow 1 message/hour
	else  tempfail "Slow down, 50% is enough"
}
limit watched {
	for   relayed mail when client = 127.0.0.8
	by    client
	allow 1 message/hour
	else  observe
}
""")

PHP = "X-PHP-Originating-Script"


def script(name):
    return [(PHP, f"33:{name}.php")]


def client(n):
    return {**SMTP, "client": f"127.0.0.{n}"}


def line_of(lab, queue_id):
    """The log line of a message."""
    pattern = re.compile(rf"^<\d>(.* id={queue_id} .*)$", re.M)
    return until(lambda: pattern.search(lab.node.log()), f"a line with {queue_id}")[1]


def local(t, lab):
    m = lab.node.milter
    with t.test("accept says nothing but go on"):
        v = deliver(m, LOCAL, headers=script("form"))
        t.equal((v.reply, v.changes), (b"c", []), "packets")
    with t.test("hold is a quarantine, then go on"):
        deliver(m, LOCAL, headers=script("form"))
        v = deliver(m, LOCAL, headers=script("form"), queue_id="HOLD1")
        t.equal((v.reply, v.changes), (b"c", [b"qsluice\0"]), "packets")
    with t.test("its line says who, which window, how full, how long"):
        got = line_of(lab, "HOLD1")
        want = (r"hold id=HOLD1 class=local limit=scripts window=\S+ "
                r"key=33:form\.php level=2/2 wait=(1[67]\d\d|1800)\.\ds rcpts=1 "
                r"policy=[0-9a-f]{6} store=(redis|node) took=\d+us")
        t.true(re.fullmatch(want, got), f"{got} like {want}")
    with t.test("another script is not touched"):
        t.equal(deliver(m, LOCAL, headers=script("order")).word, "accept", "verdict")
    with t.test("what can never pass is held, and costs nothing"):
        v = deliver(m, LOCAL, headers=script("bulk"), rcpts=6, queue_id="NEVER1")
        t.equal((v.reply, v.changes), (b"c", [b"qsluice\0"]), "packets")
        t.has(line_of(lab, "NEVER1"), " never=yes ", "line")
        t.equal(deliver(m, LOCAL, headers=script("bulk"), rcpts=5).word, "accept",
                "the full burst")


def smtp(t, lab):
    m = lab.node.milter
    for name, how, login, want in (
            ("tempfail with our text", SMTP, "ann",
             b"y451 4.7.1 Too much mail, try again later\0"),
            ("reject with our text", client(5), None, b"y550 5.7.1 Too much mail\0"),
            ("reject with a text of the policy", client(6), None,
             b"y550 5.7.1 At 100%% of what this host may send\0"),
            ("tempfail with a text of the policy", client(7), None,
             b"y451 4.7.1 Slow down, 50%% is enough\0")):
        with t.test(name):
            t.equal(deliver(m, how, login=login).word, "accept", "the first")
            v = deliver(m, how, login=login)
            t.equal((v.reply, v.changes), (want, []), "the second")
    with t.test("what can never pass is rejected, and not told to try again"):
        v = deliver(m, SMTP, login="bob", rcpts=4)
        t.equal(v.reply, b"y550 5.7.1 Too many recipients in one message\0", "reply")
        t.equal(deliver(m, SMTP, login="bob", rcpts=3).word, "accept", "the full burst")
    with t.test("observe refuses nobody and says so"):
        got = [deliver(m, client(8), queue_id=f"OBS{n}").word for n in range(3)]
        t.equal(got, ["accept"] * 3, "verdicts")
        t.has(line_of(lab, "OBS2"), "observe id=OBS2 class=relayed limit=watched "
              "key=127.0.0.8 ", "line")
        until(lambda: lab.node.status()["observed"] == 2, "the counter")


def frozen(t, lab):
    m = lab.node.milter
    done = lab.node.sluice("freeze", "--all", "--reason", "test")
    with t.test("a freeze holds local mail"):
        t.equal(done.returncode, 0, done.stdout + done.stderr)
        v = deliver(m, LOCAL, headers=script("order"), queue_id="FREEZE1")
        t.equal(v.quarantine, "sluice", "quarantine")
        t.has(line_of(lab, "FREEZE1"), " freeze=", "line")
    with t.test("and defers SMTP mail with the policy's text"):
        v = deliver(m, client(40))
        t.equal(v.reply, b"y451 4.7.1 Mail is suspended\0", "reply")
    with t.test("and lets inbound mail in"):
        t.equal(deliver(m, SMTP).word, "accept", "verdict")
    with t.test("status says so"):
        until(lambda: lab.node.status()["mode"] == "frozen", "the mode")
        t.equal(lab.node.status()["ledger"]["freezes"], 1, "freezes")


def counters(t, lab):
    with t.test("status counts every verdict"):
        until(lambda: lab.node.status()["refused"]["frozen"] == 2, "the last one")
        s = lab.node.status()
        t.equal(s["messages"]["local"],
                {"accept": 4, "hold": 3, "tempfail": 0, "reject": 0}, "local")
        t.equal(s["messages"]["authenticated"],
                {"accept": 2, "hold": 0, "tempfail": 1, "reject": 1}, "authenticated")
        t.equal(s["messages"]["relayed"],
                {"accept": 6, "hold": 0, "tempfail": 2, "reject": 2}, "relayed")
        t.equal(s["refused"],
                {"limit": 5, "never": 2, "frozen": 2, "alone": 0, "stale": 0, "over": 0,
                 "down": 0}, "causes")


def private(t, lab):
    lab.node.fresh(POLICY, "--clear-log", "no", "--verbose")
    with t.test("--verbose: accepted mail has a line"):
        deliver(lab.node.milter, SMTP, login="zoe", queue_id="SEEN1")
        t.true(line_of(lab, "SEEN1").startswith("accept id=SEEN1 class=authenticated "
                                                "rcpts=1 policy="), "line")
    with t.test("--clear-log no: a pseudonym instead of the name"):
        t.equal(deliver(lab.node.milter, SMTP, login="zoe", queue_id="SEEN2").word,
                "tempfail", "verdict")
        got = line_of(lab, "SEEN2")
        t.true(re.search(r" key=[0-9a-f]{32} ", got) and "zoe" not in got, got)


def main(t, lab):
    lab.redis.start()
    lab.node.start(POLICY)
    local(t, lab)
    smtp(t, lab)
    frozen(t, lab)
    counters(t, lab)
    private(t, lab)


run(main)
