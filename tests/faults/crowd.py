#!/usr/bin/python3
"""200 sessions at once while Redis does whatever it likes: each message gets its
verdict, and afterwards there are as many threads and descriptors as before.

What it is run under says the rest: sanitizers (SAN), or memcheck (LAB_VALGRIND).
"""
import os
import secrets
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.chaos import KEPT, Chaos  # noqa: E402
from lab.fault import Fault  # noqa: E402
from lab.load import Load  # noqa: E402
from lab.policy import policy  # noqa: E402

SESSIONS, SECONDS = 200, 8
IS_SLOW = os.environ.get("LAB_VALGRIND") or os.environ.get("SAN") == "thread"
RATE, LOGINS = (40, 1) if IS_SLOW else (400, 3)     # messages a second
SEED = int(os.environ.get("RANDOM_SEED") or secrets.randbelow(1000000))
POLICY = policy("""
limit account {
	for   authenticated mail
	by    login
	allow 10 messages/second burst 50, 600 recipients/minute
	warn  at 80%
	else  hold up to 50 messages/minute then tempfail
}
""")


def crowd(lab, seconds):
    return Load(lab, lab.node, "-c", SESSIONS, "-t", seconds, "-q", RATE, "-a", LOGINS, "-n", 1)


def main(t, lab):
    lab.redis.options.update(KEPT)
    lab.redis.start()
    lab.node.start(POLICY)
    # libmilter keeps some of the threads that the first crowd calls for.
    crowd(lab, 1).join()
    f = Fault(t, lab.node)
    chaos = Chaos(lab.redis, None, SEED)
    load = crowd(lab, SECONDS)
    for fault in chaos.hang, chaos.lose, chaos.busy, chaos.die, chaos.lock:
        fault()
    chaos.run(1)
    result = load.join()
    t.note(f"RANDOM_SEED={SEED}: {result}")
    with t.test("each message gets its verdict"):
        t.equal((result["errors"], result["first_error"]), (0, ""), "errors")
        t.at_least(result["sessions"], SESSIONS, "sessions")
        t.at_least(result["messages"], SESSIONS, "messages")
        t.at_least(result["accept"], 50 * LOGINS, "messages let through")
        t.at_least(result["tempfail"], 1, "messages refused")
    with t.test("Redis is used again"):
        f.awaits_redis()
    with t.test("there are as many threads and descriptors as before"):
        f.has_not_grown()


run(main)
