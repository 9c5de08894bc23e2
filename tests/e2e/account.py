#!/usr/bin/python3
"""account.py - no mail disappears: offered = accepted + refused + held.

Two PHP scripts and four SMTP clients send at once, most of it over the limits;
then once more, and sluiced is killed in the middle of it. What became of each
message is counted where it ended: at the sink, in the hold queue, and in the
replies.
"""
import collections
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.smtp import Smtp  # noqa: E402

LOGINS = [("alice", "secret"), ("bob", "secret")]
SCRIPTS = ["form.php", "order.php"]
EACH = 40
RATE, BURST = 1, 10     # messages/second
POLICY = policy(f"""
limit script {{ for local mail by script allow {RATE} messages/second burst {BURST} else hold }}
limit account {{
	for   authenticated mail
	by    login
	allow {RATE} messages/second burst {BURST}
	else  tempfail
}}
limit office {{
	for   relayed mail
	by    client
	allow {RATE} messages/second burst {BURST}
	else  reject
}}
""")
SEND = f"""<?php
for ($i = 0; $i < {EACH}; $i++)
	mail("x@dest.test", "s", "[$argv[1]]", "From: shop@example.test") or exit(1);
"""


class Flood(threading.Thread):
    """Sends EACH messages in one session and counts the replies."""

    def __init__(self, port, marker, **how):
        super().__init__()
        self.marker = marker
        self.codes = collections.Counter()
        self._session = Smtp(port, **how)
        self.start()

    def run(self):
        for _ in range(EACH):
            reply = self._session.send(f"{self.marker}@example.test", ["x@dest.test"],
                                       marker=self.marker)
            self.codes[reply.code] += 1
        self._session.close()


class Script(threading.Thread):
    def __init__(self, lab, name, marker):
        super().__init__()
        self.marker = marker
        self._lab, self._name = lab, name
        self.start()

    def run(self):
        self.status = self._lab.php.run(self._name, self.marker).returncode


def send_all(lab, round_name, meanwhile=lambda: None):
    """Returns the scripts, the clients, and what each bucket may have let go."""
    pf = lab.postfix
    begin = time.monotonic()
    scripts = [Script(lab, name, round_name + name) for name in SCRIPTS]
    clients = [Flood(pf.submission_port, round_name + login[0], login=login)
               for login in LOGINS]
    clients += [Flood(pf.relay_port, f"{round_name}office{n}", source=f"127.0.0.{n}")
                for n in (2, 3)]
    meanwhile()
    for thread in scripts + clients:
        thread.join()
    pf.settle()
    return scripts, clients, BURST + RATE * (time.monotonic() - begin)


def check(t, lab, scripts, clients, bound):
    for c in clients:
        with t.test(f"SMTP, {c.marker}: delivered + refused = offered"):
            refused = c.codes[451] + c.codes[550]
            delivered, held = lab.account(c.marker)
            t.equal(delivered, c.codes[250], "delivered, by the replies 250")
            t.equal((delivered + refused, held), (EACH, 0), "delivered + refused, held")
            t.at_least(refused, 1, "refused")
            t.at_most(delivered, bound, "delivered")
    for s in scripts:
        with t.test(f"PHP, {s.marker}: delivered + held = offered"):
            t.equal(s.status, 0, "php's exit status")
            delivered, held = lab.account(s.marker)
            t.equal(delivered + held, EACH, "delivered + held")
            t.at_least(held, 1, "held")
            t.at_most(delivered, bound, "delivered")
    with t.test("nothing is left in any queue"):
        t.equal(lab.postfix.waiting(), {}, "waiting")


def kill_and_start(lab):
    """In the middle: something has been decided, and not everything."""
    until(lambda: lab.sink.count("[killed-"), "the first delivery")
    lab.node.kill9()
    lab.node.start()


def main(t, lab):
    lab.redis.start()
    for login in LOGINS:
        lab.postfix.user(*login)
    lab.postfix.start()
    lab.node.start(POLICY)
    for name in SCRIPTS:
        lab.php.write(name, SEND)
    scripts, clients, bound = send_all(lab, "")
    check(t, lab, scripts, clients, bound)
    with t.test("status.json agrees"):
        lab.node.stop()
        messages = lab.node.status()["messages"]
        total = sum(sum(of_class.values()) for of_class in messages.values())
        t.equal(total, EACH * (len(scripts) + len(clients)), "messages")
    lab.node.new_state()
    lab.node.start()
    check(t, lab, *send_all(lab, "killed-", lambda: kill_and_start(lab)))


run(main)
