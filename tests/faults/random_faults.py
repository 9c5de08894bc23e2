#!/usr/bin/python3
"""Several nodes, ten times the limit, and whatever Redis does: for no login and no
time was more let through than the limit and what the faults allow.

RANDOM_S is how long for each number of nodes (60: a hundred thousand decisions
each), RANDOM_SEED the schedule of the faults; it is printed.
"""
import os
import secrets
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.chaos import KEPT, Chaos  # noqa: E402
from lab.history import History  # noqa: E402
from lab.load import Load  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import start_group  # noqa: E402

SECONDS = float(os.environ.get("RANDOM_S") or 5)
SEED = int(os.environ.get("RANDOM_SEED") or secrets.randbelow(1000000))
IS_LONG = SECONDS >= 30
LOGINS = 10 if IS_LONG else 2
PER_SECOND, CONNECTIONS, RECIPIENTS = 20, 8, 2
WINDOWS = [(PER_SECOND, "messages", 1, 30), (300, "recipients", 10, 60)]
ALLOW = ", ".join(f"{n} {unit} per {period} seconds burst {burst}"
                  for n, unit, period, burst in WINDOWS)
# A sanitizer slows everything down: the promise is about what is installed. Others
# use the machine, too.
LONGEST_US = 2_000_000 if os.environ.get("SAN", "none") == "none" else 30_000_000


def policy_for(nodes):
    return f"nodes {nodes}\n" + """
outage { local hold   smtp tempfail "Freezes are not known"   lease 10 minutes }
""" + policy(f"""
limit account {{
	for   authenticated mail
	by    login
	allow {ALLOW}
	else  tempfail
}}
""")


def in_use(nodes):
    for node in nodes:
        until(lambda: node.status() and not node.status()["store"]["is_outage"],
              f"{node.name} to use Redis")


def restart(history, node):
    with history.restarted(node):
        node.kill9()
        node.start(None, "--verbose")


def load(lab, nodes):
    rate = 10 * PER_SECOND * LOGINS / len(nodes)
    return [Load(lab, node, "-c", CONNECTIONS, "-t", SECONDS, "-q", rate, "-n", 1,
                 "-a", LOGINS, "-r", RECIPIENTS, "-b", 64, "-e", 0) for node in nodes]


def history_of(t, lab, nodes, seed):
    history = History(nodes, WINDOWS)
    chaos = Chaos(lab.redis, history, seed)
    loads = load(lab, nodes)
    begin, turn = time.monotonic(), iter(range(1000))
    chaos.run(SECONDS - 1, lambda: restart(history, nodes[next(turn) % len(nodes)]))
    results = [one.join() for one in loads]
    t.note(f"{len(nodes)} nodes, {time.monotonic() - begin:.0f} s: {' '.join(chaos.told)}")
    odd = [line for node, one in zip(nodes, loads)
           for line in history.add(node, one.messages)]
    return history, odd, results


def check(t, lab, nodes, seed):
    start_group(nodes, policy_for(len(nodes)), "--verbose")
    in_use(nodes)
    history, odd, results = history_of(t, lab, nodes, seed)
    with t.test(f"{len(nodes)} nodes: no more than the limit and what the faults allow"):
        is_kept, text = history.judge(lab.dir, LONGEST_US)
        t.note(text)
        t.true(is_kept, "the promises were kept")
    with t.test(f"{len(nodes)} nodes: each message was decided once"):
        t.equal(odd[:9], [], "messages that do not fit the log")
        t.at_least(sum(r["messages"] for r in results), 100_000 if IS_LONG else 500,
                   "messages offered")
    with t.test(f"{len(nodes)} nodes: the limit was used, and Redis is again"):
        in_use(nodes)
        t.at_least(sum(r["accept"] for r in results), 40 * LOGINS, "messages let through")


def main(t, lab):
    t.note(f"RANDOM_SEED={SEED} RANDOM_S={SECONDS:g}")
    lab.redis.options.update(KEPT)
    lab.redis.start()
    nodes = [lab.node] + [lab.new_node(f"node{n}") for n in (2, 3, 4)]
    check(t, lab, nodes[:2], SEED)
    for node in nodes[:2]:
        node.stop()
    check(t, lab, nodes, SEED + 1)


run(main)
