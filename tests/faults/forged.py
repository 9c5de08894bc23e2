#!/usr/bin/python3
"""A flood of forged senders, each new, from one host: what Redis keeps grows
with what was let through, not with what was tried.

FORGED_N: how many senders.
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.policy import HEAD  # noqa: E402
from lab.sluiced import build_dir  # noqa: E402

SENDERS = int(os.environ.get("FORGED_N") or 10000)
SESSIONS, BURST, PER_SECOND = 16, 200, 10
OTHERS = 20     # keys that are there in any case: the ledger's, the host's
POLICY = HEAD + f"""
limit sender {{
	for   outbound mail
	by    sender
	allow 100 messages/hour, 500 messages/day
	else  tempfail even local
}}
limit host {{
	for   outbound mail
	by    client or "none"
	allow {PER_SECOND} messages/second burst {BURST}
	else  tempfail even local
}}
"""


def memory(lab):
    """Bytes, and keys."""
    fields = dict(line.split(":", 1) for line in
                  lab.redis.ask("INFO", "memory").decode().split() if ":" in line)
    return int(fields["used_memory"]), lab.redis.ask("DBSIZE")


def flood(lab):
    """-> how many senders tried, how many messages were let through."""
    argv = [os.path.join(build_dir(), "milterload"), "-s", lab.node.milter, "-w", "/dev/stdout",
            "-c", str(SESSIONS), "-k", str(-(-SENDERS // SESSIONS // 50)), "-m", "50",
            "-n", str(100 * SENDERS), "-b", "100"]
    senders, accepted = set(), 0
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as p:
        for line in p.stdout:
            words = line.split()
            if len(words) == 11:
                senders.add(words[4])
                accepted += words[8] == "accept"
    return len(senders), accepted, p.returncode


def main(t, lab):
    lab.redis.start()
    lab.node.start(POLICY)
    before, _ = memory(lab)
    begin = time.monotonic()
    tried, accepted, status = flood(lab)
    bound = BURST + PER_SECOND * (time.monotonic() - begin)
    after, keys = memory(lab)
    with t.test("a flood of forged senders"):
        t.equal(status, 0, "status of milterload")
        t.at_least(tried, SENDERS, "senders")
        t.at_least(accepted, BURST, "let through")
        t.at_most(accepted, bound, "let through")
    with t.test("leaves no more keys than were let through"):
        t.at_most(keys, accepted + OTHERS, "keys in Redis")
    with t.test("and no more memory"):
        t.at_most(after - before, 1000 * (accepted + OTHERS) + 200000, "bytes in Redis")
    t.note(f"{tried} senders, {accepted} messages let through: {keys} keys, "
           f"Redis grew by {(after - before) / 1e6:.2f} MB, {before / 1e6:.2f} before")


run(main)
