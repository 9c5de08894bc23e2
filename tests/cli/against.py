#!/usr/bin/python3
"""against.py - sluice check: trials, and what a policy changes in another."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.policy import policy  # noqa: E402

SCRIPTS = """
limit scripts {
	for   local mail
	by    script
	allow 30 messages/minute
	else  hold
}
"""
NEWS = """
set readers { "*@shop.example" }
limit news {
	for   relayed mail when sender in readers and recipients > 5
	by    client
	allow 5 recipients/day
	else  reject "No more news"
}
"""
TRIAL = """
trial "a broken form" {
	60 messages/minute for 5 minutes   local script "33:form.php"
	expect script "33:form.php" accepted < %d, held > 0
}
"""
CHANGE = re.compile("^(?:new|gone|renamed|changed|moved) +.*", re.M)
SAME = "the two policies do the same\n"

# Name, old, new, lines that are said.
ROWS = (
    ("a comment changes nothing", SCRIPTS, "# who\n" + SCRIPTS, [SAME]),
    ("a new limit", SCRIPTS, SCRIPTS + NEWS,
     ["new       news\n", "changed   beside the limits\n  + set readers "]),
    ("a limit that is gone", SCRIPTS + NEWS, NEWS, ["gone      scripts\n"]),
    ("another rate", SCRIPTS, SCRIPTS.replace("30", "60"),
     ["changed   scripts\n  - allow 30 messages/minute\n  + allow 60 messages/minute\n"]),
    ("a renamed limit", SCRIPTS + NEWS, SCRIPTS.replace("scripts", "php") + NEWS,
     ["renamed   scripts is now php: its counts begin anew\n"]),
    ("a limit that moved", SCRIPTS + NEWS, NEWS + SCRIPTS,
     ["moved     news now stands before scripts: the first in the file answers\n"]),
    ("another key", SCRIPTS, SCRIPTS.replace("by    script", "by    uid, script"),
     ["changed   scripts\n  - by script\n  + by uid, script\n    another key: its counts begin anew\n"]),
    ("another set", NEWS, NEWS.replace("shop", "mail"),
     ['changed   beside the limits\n  - set readers { "*@shop.example" }\n  + set readers ']),
    ("another condition", NEWS, NEWS.replace("> 5", "> 9"), ["changed   news\n"]),
    ("and is now or", NEWS, NEWS.replace(" and ", " or "),
     ["changed   news\n    its condition is put together in another way\n"]),
)


def against(t, node):
    old = node.policy + ".old"
    for name, before, after, want in ROWS:
        with t.test(name):
            with open(old, "w") as f:
                f.write(policy(before))
            node.write_policy(policy(after))
            out = expect(node, 0, "check", "--against", old, node.policy).stdout
            for part in want:
                t.has(out, part, "stdout")
            t.equal(CHANGE.findall(out), CHANGE.findall("\n".join(want)), "changes")
    with t.test("no such file to compare with: exit 1"):
        done = expect(node, 1, "check", "--against", "/nonexistent", node.policy)
        t.has(done.stderr, "/nonexistent", "stderr")
    os.unlink(old)


def trials(t, node):
    with t.test("trials that hold are counted"):
        node.write_policy(policy(SCRIPTS) + TRIAL % 300)
        t.has(expect(node, 0, "check", node.policy).stdout, ", 1 trial passed, no errors",
              "stdout")
    with t.test("a trial that fails is an error with its numbers, exit 1"):
        node.write_policy(policy(SCRIPTS) + TRIAL % 10)
        done = expect(node, 1, "check", node.policy)
        t.equal(done.stdout, "", "stdout")
        t.has(done.stderr, "error: expected accepted < 10, got 179", "stderr")
        t.has(done.stderr, "1 error", "stderr")


def main(t, lab):
    against(t, lab.node)
    trials(t, lab.node)


run(main)
