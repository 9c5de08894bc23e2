#!/usr/bin/python3
"""check.py - sluice check and dump, and the command line as such."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.policy import policy  # noqa: E402

BAD = """
limit one {
	for   local mail
	allow 10 mesages/minute
	else  hold
}
limit two {
	for   local mial
	allow 10 messages/minute
	else  hold
}
"""

UNUSED = 'set nobody { "a@example.test" }\n'


def check(t, node):
    with t.test("a good policy: one line, exit 0"):
        node.write_policy(policy())
        done = expect(node, 0, "check", node.policy)
        t.has(done.stdout, f"{node.policy}: 3 limits, policy ", "stdout")
        t.has(done.stdout, ", no errors\n", "stdout")
        t.equal(done.stderr, "", "stderr")
    with t.test("-p names the file as well"):
        done = expect(node, 0, "check", "-p", node.policy)
        t.has(done.stdout, "3 limits", "stdout")
    with t.test("a warning fails only with -W"):
        node.write_policy(UNUSED + policy())
        done = expect(node, 0, "check", node.policy)
        t.has(done.stdout, "1 warning", "stdout")
        t.has(done.stderr, "nobody", "stderr")
        expect(node, 1, "check", "-W", node.policy)
    with t.test("a bad policy: each mistake in its place, exit 1"):
        node.write_policy(BAD + policy())
        done = expect(node, 1, "check", node.policy)
        t.equal(done.stdout, "", "stdout")
        t.has(done.stderr, f"{node.policy}:4:", "stderr")
        t.has(done.stderr, f"{node.policy}:8:", "stderr")
        t.has(done.stderr, "^~~~", "stderr")
        t.has(done.stderr, "2 errors", "stderr")
    with t.test("no such file: exit 1, by name"):
        done = expect(node, 1, "check", "/nonexistent/policy")
        t.has(done.stderr, "/nonexistent/policy", "stderr")


def dump(t, node):
    with t.test("dump prints the program"):
        node.write_policy(policy())
        first = expect(node, 0, "dump", node.policy).stdout
        for name in ("local-floor", "login-floor", "relay-floor"):
            t.has(first, name, "stdout")
        node.write_policy("# a comment\n" + policy())
        t.equal(expect(node, 0, "dump", node.policy).stdout, first, "the same program")
    with t.test("dump of a bad policy prints none, exit 1"):
        node.write_policy(BAD)
        t.equal(expect(node, 1, "dump", node.policy).stdout, "", "stdout")


def unloadable(t, node):
    with t.test("a file that others may write: a warning, with the mend"):
        node.write_policy(policy())
        os.chmod(node.policy, 0o666)
        t.has(expect(node, 0, "check", node.policy).stderr,
              "sluiced will not load this file", "stderr")
        os.chmod(node.policy, 0o644)
        t.equal(expect(node, 0, "check", node.policy).stderr, "", "stderr")


def usage(t, node):
    verbs = ("check", "dump", "fmt", "explain", "freeze", "thaw", "freezes", "status")
    with t.test("help names every verb"):
        done = expect(node, 0, "--help")
        for verb in verbs:
            t.has(done.stdout, f"\n  {verb} ", "stdout")
    for verb in verbs:
        with t.test(f"help on {verb}"):
            done = expect(node, 0, verb, "--help")
            t.has(done.stdout, f"usage: sluice {verb}", "stdout")
            t.has(done.stdout, "--policy FILE", "stdout")
        with t.test(f"{verb} refuses what it does not know"):
            done = expect(node, 2, verb, "--nonsense")
            t.has(done.stderr, f"Try: sluice {verb} --help", "stderr")
    for args in ((), ("nonsense",)):
        with t.test(f"sluice {' '.join(args)}: exit 2"):
            t.has(expect(node, 2, *args).stderr, "Try: sluice --help", "stderr")
    with t.test("a bad namespace: exit 2"):
        t.has(expect(node, 2, "freezes", "-n", "a:b").stderr, "namespace", "stderr")


def main(t, lab):
    check(t, lab.node)
    dump(t, lab.node)
    unloadable(t, lab.node)
    usage(t, lab.node)


run(main)
