#!/usr/bin/python3
"""freeze after: the policy freezes a key by itself, and a thaw begins anew."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import expect, freezes, scopes  # noqa: E402
from lab.peer import LOCAL, SMTP, deliver  # noqa: E402
from lab.policy import HEAD, policy  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

LIMITS = """
limit scripts {
	for   local mail
	by    uid, script
	allow 1 message/day
	else  hold
	freeze after 3 refusals in 1 hour
}
limit hosts {
	for   relayed mail when client = 127.0.0.5
	by    client
	allow 1 message/day
	else  reject "Too much"
	freeze after 2 refusals in 1 hour for 3 seconds
}
"""

EXEMPT = """
own networks { 127.0.0.0/24 }
frozen {
	local hold
	smtp  tempfail "Mail is suspended"
	exempt alarm {
		for   authenticated mail when login = "alarm"
		by    login
		allow 2 messages/day
		else  reject "No more alarms"
	}
}
"""

SCOPE = "limit/scripts/33,33:form.php"
FORM = [("X-Local-Submitter", "uid=33"), ("X-PHP-Originating-Script", "33:form.php")]
ORDER = [("X-Local-Submitter", "uid=33"), ("X-PHP-Originating-Script", "33:order.php")]
HOST = {**SMTP, "client": "127.0.0.5"}


def send(lab, where, headers=(), **how):
    return deliver(lab.node.milter, where, headers=list(headers), **how)


def frozen_scopes(lab, want):
    until(lambda: set(want) <= set(scopes(lab.node)), f"{want} to be frozen")


def strikes(t, lab):
    with t.test("each refusal has its ordinary verdict, the last one too"):
        got = [send(lab, LOCAL, FORM, queue_id=f"FORM{n}").word for n in range(4)]
        t.equal(got, ["accept", "hold", "hold", "hold"], "verdicts")
        line = until(lambda: lab.node.decisions("hold", "id=FORM3"), "the last line")[0]
        t.has(line, " limit=scripts ", "line")
        t.has(line, " struck=yes ", "line")
        t.has(lab.node.decisions("hold", "id=FORM2")[0], " strikes=2/3 ", "line")
    with t.test("then limit and key are frozen, by policy, with the reason"):
        frozen_scopes(lab, [SCOPE])
        record = freezes(lab.node)[0]
        t.equal(record["by"], "policy", "by")
        t.equal(record["reason"], "limit scripts: 3 refusals in 1 hour", "reason")
        t.equal(record["until"], None, "until")
        until(lambda: lab.node.decisions("freeze", "by=policy"), "the line")
        send(lab, LOCAL, FORM, queue_id="COLD")
        line = until(lambda: lab.node.decisions("hold", "id=COLD"), "its line")[0]
        t.has(line, f" freeze={record['id']} ", "line")
    with t.test("another key of the limit is not"):
        t.equal(send(lab, LOCAL, ORDER).word, "accept", "verdict")
    with t.test("explain knows"):
        out = expect(lab.node, 0, "explain", "--uid", 33, "--script", "33:form.php").stdout
        t.has(out, f"frozen     yes: {SCOPE}, ", "stdout")


def thawed(t, lab):
    with t.test("a thaw by its scope lets it go to the limit again"):
        expect(lab.node, 0, "thaw", SCOPE, "--reason", "mended")
        t.equal(scopes(lab.node), [], "frozen")
        send(lab, LOCAL, FORM, queue_id="WARM")
        line = until(lambda: lab.node.decisions("hold", "id=WARM"), "its line")[0]
        t.has(line, " strikes=1/3 ", "the count begins anew")
    with t.test("after so many refusals it is frozen again, once"):
        for _ in range(2):
            send(lab, LOCAL, FORM)
        frozen_scopes(lab, [SCOPE])
        t.equal(len(freezes(lab.node)), 1, "freezes")
    with t.test("what everybody's freeze stops, its thaw frees; this one stays"):
        expect(lab.node, 0, "freeze", "--all", "--reason", "x")
        expect(lab.node, 0, "thaw", "all", "--reason", "x")
        t.equal(scopes(lab.node), [SCOPE], "frozen")
        t.equal(send(lab, LOCAL, ORDER, queue_id="FREE").word, "hold", "verdict")
        until(lambda: lab.node.decisions("hold", "id=FREE", "limit=scripts"), "its line")


def ends(t, lab):
    with t.test("a freeze for a time is on record with its end"):
        got = [send(lab, HOST).text for _ in range(3)]
        t.equal(got[1:], ["550 5.7.1 Too much"] * 2, "replies")
        frozen_scopes(lab, ["limit/hosts/127.0.0.5"])
        record = [f for f in freezes(lab.node) if f["scope"].startswith("limit/hosts")][0]
        t.equal(record["reason"], "limit hosts: 2 refusals in 1 hour; for 3 seconds",
                "reason")
        t.true(record["until"] > record["since"], f"{record}")
        t.equal(send(lab, HOST).text, "451 4.7.1 Mail is suspended", "reply")
    with t.test("and ends by itself, which is on record as well"):
        until(lambda: scopes(lab.node) == [SCOPE], "its end")
        until(lambda: lab.node.decisions("thaw", "by=policy", f"lifts={record['id']}"),
              "the line")
        t.equal(send(lab, HOST).text, "550 5.7.1 Too much", "reply")


def outage(t, lab):
    with t.test("without Redis this node freezes for itself"):
        lab.redis.kill9()
        until(lambda: lab.node.status()["store"]["is_outage"], "the outage")
        for _ in range(4):
            send(lab, LOCAL, [FORM[0], ("X-PHP-Originating-Script", "33:x.php")])
        frozen_scopes(lab, ["limit/scripts/33,33:x.php"])
    with t.test("and Redis learns of it when it is back"):
        lab.redis.start()
        until(lambda: not lab.node.status()["store"]["is_outage"], "Redis")
        expect(lab.node, 0, "thaw", "limit/scripts/33,33:x.php", "--reason", "x")


def two_nodes(t, lab):
    here, there = lab.node, lab.new_node("there")
    here.stop()
    start_group([here, there], policy(LIMITS))
    with t.test("what one node strikes is frozen on the other, and thawed there"):
        for _ in range(4):
            send(lab, LOCAL, FORM)
        frozen_scopes(lab, [SCOPE])
        deliver(there.milter, LOCAL, headers=FORM, queue_id="THERE")
        until(lambda: there.decisions("hold", "id=THERE", f"freeze={freezes(there)[0]['id']}"),
              "its line")
        expect(there, 0, "thaw", SCOPE, "--reason", "x")
        send(lab, LOCAL, FORM, queue_id="AGAIN")
        until(lambda: here.decisions("hold", "id=AGAIN", "strikes=1/3"), "its line")
    there.stop()


def exempt(t, lab):
    lab.node.fresh(policy(LIMITS).replace(HEAD, EXEMPT))
    expect(lab.node, 0, "freeze", "--all", "--reason", "x")
    with t.test("who is exempt from freezes sends, and within its own limit"):
        got = [send(lab, SMTP, login="alarm").word for _ in range(3)]
        t.equal(got, ["accept", "accept", "reject"], "verdicts")
        until(lambda: lab.node.decisions("reject", "limit=alarm", "exempt=alarm"),
              "the line")
    with t.test("and nobody else"):
        t.equal(send(lab, SMTP, login="ann").text, "451 4.7.1 Mail is suspended", "reply")
        t.equal(send(lab, LOCAL, FORM).word, "hold", "verdict")


def main(t, lab):
    lab.redis.start()
    lab.node.start(policy(LIMITS))
    for part in (strikes, thawed, ends, outage, two_nodes, exempt):
        part(t, lab)


run(main)
