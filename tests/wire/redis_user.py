#!/usr/bin/python3
"""A user of Redis's ACL, as deploy/redis.md has him: enough, and no more."""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.redis import RedisError  # noqa: E402
from lab.sluiced import GROUP, TOP, USER, start_group  # noqa: E402

PASSWORD, NEXT = "first-secret-word", "second-secret-word"
DB = 3
OWN = {"ping", "info", "flushall", "acl|setuser", "acl|log", "config|resetstat"}


def documented():
    with open(os.path.join(TOP, "deploy", "redis.md")) as f:
        line, = re.findall(r"^    user sluice (on >PASSWORD .*)$", f.read(), re.M)
    return line


def write_password(lab, text):
    path = os.path.join(lab.dir, "password")
    with open(path, "w") as f:
        f.write(text + "\n")
    os.chmod(path, 0o640)
    shutil.chown(path, USER, GROUP)
    return path


def is_outage(node):
    return node.status()["store"]["is_outage"]


def used(lab):
    """The commands that were given, from scripts too."""
    stats = lab.redis.ask("INFO", "commandstats").decode()
    return set(re.findall(r"^cmdstat_(\S+?):", stats, re.M)) - OWN


def refusal(ask, words):
    try:
        return repr(ask(*words))
    except RedisError as e:
        return str(e)


def everything(t, lab, flags):
    one, two = lab.node, lab.new_node("node2")
    start_group([one, two], policy(), *flags)
    with t.test("mail is metered"):
        t.equal([deliver(n.milter, LOCAL).word for n in (one, two)], ["accept"] * 2, "verdicts")
        t.equal([is_outage(n) for n in (one, two)], [False] * 2, "outages")
    with t.test("an operator can do everything"):
        until(lambda: os.path.exists(os.path.join(one.state, "nodes")), "the other's name", 30)
        for words in (["freeze", "--uid", "7", "--reason", "test"], ["freezes"],
                      ["explain", "--uid", "7"], ["thaw", "uid:7", "--reason", "test"]):
            done = one.sluice(*words, *flags)
            t.equal(done.returncode, 0, f"{words[0]}: {done.stdout}{done.stderr}")
        t.has(one.sluice("status", *flags).stdout, "redis", "status")
    two.stop()
    with t.test("what Redis has lost is put back"):
        lab.redis.ask("FLUSHALL")
        one.sluice("freeze", "--uid", "8", "--reason", "test", "--wait", "0", *flags)
        until(lambda: "hsetnx" in used(lab), "the other's name")
        until(lambda: not is_outage(one), "Redis to be used")
    with t.test("nothing was forbidden"):
        t.equal(lab.redis.ask("ACL", "LOG"), [], "ACL LOG")


def no_more(t, lab):
    granted = set(re.findall(r" \+(\S+)", documented()))
    with t.test("nothing more is granted than was used"):
        t.equal(sorted(granted - OWN), sorted(used(lab) - {"auth"}), "commands")
        t.true("info" in granted, "INFO is granted")
    with t.test("the keys of others, and his own rights, are none of his business"):
        with lab.redis.line() as ask:
            ask("AUTH", "sluice", PASSWORD)
            for words in (["GET", "shop:session"], ["GET", "sluice:{other}:token"],
                          ["DEL", f"sluice:{{{lab.node.ns}}}:token"], ["ACL", "LIST"]):
                t.has(refusal(ask, words), "NOPERM", " ".join(words))


def rotation(t, lab, flags):
    node = lab.node
    with t.test("a password that is changed in Redis alone is an outage that says so"):
        lab.redis.ask("ACL", "SETUSER", "sluice", "resetpass", ">" + NEXT)
        lab.redis.ask("CLIENT", "KILL", "USER", "sluice")
        until(lambda: is_outage(node), "the outage")
        t.has(node.status()["store"]["reason"], "Redis: WRONGPASS; compare", "reason")
        t.equal(deliver(node.milter, LOCAL).word, "accept", "verdict")
    with t.test("and an operator is told the same"):
        done = node.sluice("freezes", *flags)
        t.has(done.stdout + done.stderr, "WRONGPASS", "sluice freezes")
    with t.test("sluiced does not start so"):
        word, text = node.check(lab.redis.address, *flags)
        t.equal(word, "wrong", text)
        t.has(text, "compare --redis-user and --redis-password-file", "sluiced -t")
    with t.test("the file is read again: it ends by itself"):
        write_password(lab, NEXT)
        until(lambda: not is_outage(node), "the end of the outage")
        t.equal(deliver(node.milter, LOCAL).word, "accept", "verdict")


def replica(t, lab):
    node = lab.node
    with t.test("a primary that becomes a replica is an outage that says so"):
        lab.redis.ask("REPLICAOF", "127.0.0.1", "1")
        until(lambda: is_outage(node), "the outage")
        t.has(node.status()["store"]["reason"], "give the address of its primary", "reason")
    with t.test("once it is a primary again the outage ends by itself"):
        lab.redis.ask("REPLICAOF", "NO", "ONE")
        until(lambda: not is_outage(node), "the end of the outage")


def forbidden(t, lab, flags):
    with t.test("who may not do one thing is told of all, as they are documented"):
        lab.redis.ask("ACL", "SETUSER", "sluice", "-info")
        word, text = lab.node.check(lab.redis.address, *flags)
        t.equal(word, "wrong", text)
        t.has(text, documented().partition("-@all ")[2], "sluiced -t")


def main(t, lab):
    path = write_password(lab, PASSWORD)
    flags = ["--redis-user", "sluice", "--redis-password-file", path, "--redis-db", DB]
    flags = [str(f) for f in flags]
    lab.redis.start()
    lab.node.write_policy(policy())
    # start_group takes the name space that comes next.
    ns = f"lab{int(lab.node.ns[3:]) + 1}"
    rules = documented().replace("{default}", f"{{{ns}}}").replace("PASSWORD", PASSWORD)
    lab.redis.ask("ACL", "SETUSER", "sluice", *rules.split())
    lab.redis.ask("ACL", "LOG", "RESET")
    lab.redis.ask("CONFIG", "RESETSTAT")
    everything(t, lab, flags)
    no_more(t, lab)
    rotation(t, lab, flags)
    replica(t, lab)
    forbidden(t, lab, flags)
    with t.test("no password is in any log"):
        t.true(not re.search(f"{PASSWORD}|{NEXT}", lab.node.log()), "the log")


run(main)
