#!/usr/bin/python3
"""reload.py - a new policy takes the place of the old one, or nothing does."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, sluiced, until  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.smtp import send  # noqa: E402

TWO = policy("limit office { for relayed mail allow 2 messages/hour else tempfail }")
FOUR = policy("limit office { for relayed mail allow 4 messages/hour else tempfail }")

# Line, what is wrong there.
MISTAKES = [
    (3, "limit a { for local mail by scirpt allow 1 messages/hour else hold }"),
    (4, "limit b { for relayed mail by client allow 1 mesages/hour else tempfail }"),
    (5, "limit c { for authenticated mail by login allow 1 messages/hour else explode }"),
    (6, "limit d { for authenticated mail by login allow 0 messages/hour else tempfail }"),
    (7, "limit e { for relayed mail when sender in nobody allow 1 messages/hour else tempfail }"),
]
FIVE_MISTAKES = ("# Five mistakes in what follows.\nown networks { 127.0.0.0/24 }\n" +
                 "\n".join(line for _, line in MISTAKES) + policy().partition("}")[2])


def relay(lab):
    return send(lab.postfix.relay_port, "a@example.test", ["x@dest.test"]).code


def located(text):
    """[(line, column, source line, carets)] of the errors in it."""
    found = []
    lines = text.splitlines()
    for i, line in enumerate(lines):
        place = re.search(r"/policy:(\d+):(\d+): error: \S", line)
        if place:
            source, carets = (x.partition("| ")[2] for x in lines[i + 1:i + 3])
            found.append((int(place[1]), int(place[2]), source, carets))
    return found


def policy_status(lab):
    return (lab.node.status() or {}).get("policy", {})


def diagnostics(t, lab):
    lab.node.write_policy(FIVE_MISTAKES)
    done = lab.node.sluice("check", lab.node.policy)
    errors = located(done.stderr)
    with t.test("sluice check finds the five mistakes of a policy in one run"):
        t.equal(done.returncode, 1, "exit status")
        t.equal([e[0] for e in errors], [line for line, _ in MISTAKES],
                "lines with errors, of " + done.stderr)
    with t.test("each is located: line, column, source and carets"):
        for line, column, source, carets in errors:
            t.equal(source, dict(MISTAKES)[line], f"source of line {line}")
            t.true(re.fullmatch(r"\s*\^~*", carets), f"carets {carets!r}")
            t.equal(carets.index("^") + 1, column, f"column in line {line}")
    with t.test("sluiced -t refuses it with the same places"):
        done = subprocess.run(
            [sluiced.binary(lab.dir, "sluiced"), "-t", "-p", lab.node.policy,
             "-s", lab.node.milter, "-r", lab.redis.address, "-d", lab.node.state],
            user=sluiced.USER, group=sluiced.GROUP, extra_groups=[], cwd="/",
            text=True, capture_output=True)
        t.equal(done.returncode, 1, "exit status")
        t.equal(located(done.stdout), errors, "errors")


def reloads(t, lab):
    lab.node.start(TWO)
    with t.test("the policy is in force"):
        t.equal([relay(lab) for _ in range(3)], [250, 250, 451], "replies")
    digest = until(lambda: policy_status(lab).get("digest"), "status.json")
    with t.test("a reload with mistakes keeps the old policy and says so"):
        lab.node.reload(FIVE_MISTAKES)
        until(lambda: policy_status(lab).get("error"), "status.json to say it")
        t.equal(policy_status(lab)["digest"], digest, "digest")
        t.equal([e[0] for e in located(lab.node.log())], [line for line, _ in MISTAKES],
                "lines with errors in the log")
        t.equal(relay(lab), 451, "the reply")
    with t.test("a reload with a good one takes it, and levels stay"):
        lab.node.reload(FOUR)
        until(lambda: policy_status(lab).get("digest") != digest, "the new digest")
        t.equal(policy_status(lab)["error"], None, "error")
        t.equal([relay(lab) for _ in range(3)], [250, 250, 451], "replies")
    with t.test("a policy file that is gone keeps the old one, too"):
        os.remove(lab.node.policy)
        lab.node.reload()
        until(lambda: policy_status(lab).get("error"), "status.json to say it")
        t.equal(relay(lab), 451, "the reply")


def main(t, lab):
    lab.redis.start()
    lab.postfix.start()
    diagnostics(t, lab)
    reloads(t, lab)


run(main)
