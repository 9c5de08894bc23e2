#!/usr/bin/python3
"""fmt.py - sluice fmt: the canonical form, printed, written or asked for."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import GROUP, USER  # noqa: E402

UGLY = "# who may send\n" + policy().replace("\n\t", " ").replace("{ for", "{for")
BAD = "limit one {\n\tfor local mail\n\tallow 10 mesages/minute\n\telse hold\n}\n"


def read(path):
    with open(path) as f:
        return f.read()


def prints(t, node):
    node.write_policy(UGLY)
    with t.test("prints the canonical form and leaves the file alone"):
        out = expect(node, 0, "fmt", node.policy).stdout
        t.has(out, "# who may send\n", "stdout")
        t.has(out, "limit local-floor {\n\tfor ", "stdout")
        t.equal(read(node.policy), UGLY, "the file")
    with t.test("what it prints means the same"):
        before = expect(node, 0, "dump", node.policy).stdout
        node.write_policy(out)
        t.equal(expect(node, 0, "dump", node.policy).stdout, before, "the program")
    with t.test("and is its own canonical form"):
        t.equal(expect(node, 0, "fmt", "-p", node.policy).stdout, out, "stdout")
        expect(node, 0, "fmt", "--check", node.policy)
    return out


def checks(t, node):
    node.write_policy(UGLY)
    with t.test("--check: exit 1, and how to mend it"):
        done = expect(node, 1, "fmt", "--check", node.policy)
        t.equal(done.stdout, "", "stdout")
        t.has(done.stderr, f"sluice fmt -w {node.policy}", "stderr")
        t.equal(read(node.policy), UGLY, "the file")


def writes(t, node, want):
    link = node.policy + ".link"
    os.symlink(node.policy, link)
    node.write_policy(UGLY)
    os.chmod(node.policy, 0o640)
    shutil.chown(node.policy, USER, GROUP)
    before = os.stat(node.policy)
    with t.test("-w replaces the file; owner, mode and links stay"):
        done = expect(node, 0, "fmt", "-w", link)
        t.equal(done.stdout, "", "stdout")
        t.equal(read(node.policy), want, "the file")
        after = os.stat(node.policy)
        t.true(os.path.islink(link), "the link is one")
        t.true(after.st_ino != before.st_ino, "another file")
        t.equal((after.st_mode, after.st_uid, after.st_gid),
                (before.st_mode, before.st_uid, before.st_gid), "mode and owner")
    with t.test("what is in this form already is not written"):
        expect(node, 0, "fmt", "-w", node.policy)
        t.equal(os.stat(node.policy).st_ino, after.st_ino, "the same file")
    with t.test("nothing else is left in the directory"):
        left = [n for n in os.listdir(os.path.dirname(link)) if n.startswith("policy.")]
        t.equal(left, ["policy.link"], "names")
        os.unlink(link)


def refuses(t, node):
    with t.test("a file that does not parse stays as it is, exit 1"):
        node.write_policy(BAD)
        for flags in ((), ("-w",), ("--check",)):
            done = expect(node, 1, "fmt", *flags, node.policy)
            t.equal(done.stdout, "", "stdout")
            t.has(done.stderr, f"{node.policy}:3:", "stderr")
        t.equal(read(node.policy), BAD, "the file")
    with t.test("a policy that means nothing can be formatted all the same"):
        node.write_policy(BAD.replace("mesages", "messages"))
        expect(node, 0, "fmt", "-w", node.policy)
        expect(node, 1, "check", node.policy)
    with t.test("no such file: exit 1, by name"):
        t.has(expect(node, 1, "fmt", "/nonexistent").stderr, "/nonexistent", "stderr")
    with t.test("-w and --check: exit 2"):
        t.has(expect(node, 2, "fmt", "-w", "--check").stderr, "not both", "stderr")


def main(t, lab):
    want = prints(t, lab.node)
    checks(t, lab.node)
    writes(t, lab.node, want)
    refuses(t, lab.node)


run(main)
