#!/usr/bin/python3
"""sluiced beside a milter that does nothing and rspamd's ratelimit, on one Redis.

    bench.py [-n ROUNDS] [-s SECONDS] [-c CASE] [-m MESSAGES]

The filters take turns, A B C A B C; medians, and ratios round by round, since a
shared machine changes its speed. CASE is one of those below, `memory`, or `forged`, a
flood of forged senders; MESSAGES: of that, and of the run with as many keys.
Prints a table, and writes build/bench.json. The figures that are wanted stand
behind those that were had.
"""
import argparse
import json
import os
import subprocess
import sys

os.environ.setdefault("LAB_LIMIT_S", "3600")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import Lab  # noqa: E402
from lab.sluiced import TOP  # noqa: E402

from filters import Floor, Rspamd, Sluice  # noqa: E402
from measure import run  # noqa: E402
from memory import memory  # noqa: E402
from table import print_case, print_memory  # noqa: E402

SESSIONS = 16

# name: what milterload is told beside the sessions and the time.
CASES = {
    "steady": ("-m", 50, "-n", 10000),
    "flood of one script": ("-m", 50, "-n", 1, "-x", 1, "-L"),
    "one message a session": ("-m", 1, "-n", 10000),
    "200 messages/s": ("-m", 50, "-n", 10000, "-q", 200),
}


def options():
    p = argparse.ArgumentParser()
    p.add_argument("-n", dest="rounds", type=int, default=5)
    p.add_argument("-s", dest="seconds", type=float, default=3)
    p.add_argument("-c", dest="case", choices=[*CASES, "memory", "forged"])
    p.add_argument("-m", dest="messages", type=int, default=1000000)
    return p.parse_args()


def compare(lab, filters, o, args):
    """-> {name: [Figures, one a round]}"""
    figures = {f.name: [] for f in filters}
    for f in filters:
        run(lab, f, ("-c", SESSIONS, "-t", 1, *args))
    for _ in range(o.rounds):
        for f in filters:
            figures[f.name].append(run(lab, f, ("-c", SESSIONS, "-t", o.seconds, *args)))
    return figures


def speed(o, cases):
    out = {}
    with Lab() as lab:
        lab.redis.start()
        filters = [Floor(lab), Sluice(lab), Rspamd(lab)]
        for f in filters:
            f.start()
        for name in cases:
            out[name] = compare(lab, filters, o, CASES[name])
            print_case(name, out[name])
    return out


def forged(messages):
    print(f"\n{messages:,} forged senders", flush=True)
    subprocess.run([sys.executable, os.path.join(TOP, "tests", "faults", "forged.py")],
                   env=dict(os.environ, FORGED_N=str(messages)), check=True)


def main():
    o = options()
    cases = [c for c in CASES if o.case in (None, c)]
    out = {"speed": speed(o, cases) if cases else {}}
    if o.case in (None, "memory"):
        out["memory"] = memory(o.messages)
        print_memory(out["memory"])
    if o.case in (None, "forged"):
        forged(o.messages)
    with open(os.path.join(TOP, "build", "bench.json"), "w") as f:
        json.dump(out, f, indent=1, default=lambda figures: figures._asdict())


main()
