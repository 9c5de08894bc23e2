#!/usr/bin/python3
"""A message is judged by one policy, and a bad one changes nothing."""
import os
import re
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, SMTP, Peer, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402

OURS = {**SMTP, "client": "127.0.0.9"}
RELOADS, PEERS = 100, 4


def closed(name):
    """A policy that soon rejects everything from us, and says its name."""
    return policy(f"""
limit {name} {{
	for   relayed mail
	allow 1 message/day
	else  reject "This is {name}"
}}
""")


BAD = """
own networks { 127.0.0.0/24 }
limit a { for local mail by nobody allow 1 messages/hour else hold }
limit b { for relayed mail by client allow 1 messages/fortnight else tempfail }
limit c { for authenticated mail by login allow 1 messages/hour else explode }
limit c { for authenticated mail by login allow 5 messages/hour else tempfail }
limit d { for relayed mail when sender in nowhere allow 1 messages/hour else tempfail }
"""


def digest(lab):
    return lab.node.status()["policy"]["digest"]


def bad_policy(t, lab):
    before = digest(lab)
    lab.node.reload(BAD)
    with t.test("a policy with five mistakes is not loaded, and all are logged"):
        until(lambda: "reload=failed" in lab.node.log(), "the line that says so")
        located = re.findall(r"/policy:(\d+):\d+: error: ", lab.node.log())
        t.equal(sorted(set(located)), ["3", "4", "5", "6", "7"], "lines")
    with t.test("status carries the error, and the old policy stays"):
        until(lambda: lab.node.status()["policy"]["error"], "the error")
        t.equal(digest(lab), before, "digest")
        t.equal(deliver(lab.node.milter, OURS).text, "550 5.7.1 This is first", "reply")
    lab.node.reload(closed("second"))
    with t.test("a good one takes its place, and the error is gone"):
        until(lambda: digest(lab) != before, "the new digest")
        t.equal(lab.node.status()["policy"]["error"], None, "error")


def pinned(t, lab):
    with t.test("a message keeps the policy that it began with"), \
            Peer(lab.node.milter) as p:
        p.negotiate()
        p.connect(OURS)
        p.message()
        p.mail("a@example.test")
        before = digest(lab)
        lab.node.reload(closed("third"))
        until(lambda: digest(lab) != before, "the new digest")
        p.rcpt("x@dest.test")
        t.equal(p.eom().text, "550 5.7.1 This is second", "the open message")
        p.message()
        t.equal(p.message().text, "550 5.7.1 This is third", "the next one")


def storm(t, lab):
    done = threading.Event()
    failures = []

    def send():
        while not done.is_set():
            v = deliver(lab.node.milter, OURS, queue_id="STORM")
            if v.word not in ("accept", "reject"):
                failures.append(v)

    peers = [threading.Thread(target=send) for _ in range(PEERS)]
    for p in peers:
        p.start()
    with t.test(f"{RELOADS} reloads under load: each message has one policy"):
        try:
            for n in range(RELOADS):
                count = lab.node.log().count("reloaded policy=")
                lab.node.reload(closed(f"odd-{n}" if n % 2 else f"even-{n}"))
                until(lambda: lab.node.log().count("reloaded policy=") > count, "a reload")
        finally:
            done.set()
            for p in peers:
                p.join()
        t.equal(failures, [], "odd verdicts")
        pairs = set(re.findall(r"id=STORM .* limit=(\S+) .* policy=(\w+)", lab.node.log()))
        t.equal(len(pairs), len({name for name, _ in pairs}), "policies per limit name")
        t.at_least(len(pairs), RELOADS // 4, "policies that were seen")
    with t.test("and it still serves"):
        t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "verdict")


def main(t, lab):
    lab.redis.start()
    lab.node.start(closed("first"))
    deliver(lab.node.milter, OURS)
    bad_policy(t, lab)
    pinned(t, lab)
    storm(t, lab)


run(main)
