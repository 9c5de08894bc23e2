#!/usr/bin/python3
"""Start and stop: what sluiced refuses to start on, and how it leaves."""
import os
import shutil
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, Peer, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import GROUP, USER, binary  # noqa: E402

POLICY = policy()


def sluiced(lab, *flags, user=USER, **instead):
    """Runs it as lab.node would be run; it is to end by itself."""
    node = lab.node
    flag = {"-p": node.policy, "-s": node.milter, "-r": node.redis_address,
            "-d": node.state, "-n": node.ns, **instead}
    argv = [binary(lab.dir, "sluiced"), *flags]
    for name, value in flag.items():
        argv += [name, value]
    how = {"user": user, "group": GROUP, "extra_groups": []} if user else {}
    return subprocess.run(argv, cwd="/", text=True, capture_output=True, timeout=60, **how)


def new_state(lab, name, mode=0o750):
    path = os.path.join(lab.dir, name)
    os.mkdir(path)
    os.chmod(path, mode)
    shutil.chown(path, USER, GROUP)
    return path


def refused(t, done, *parts, status=1):
    t.equal(done.returncode, status, f"exit status; {done.stderr}")
    for part in parts:
        t.has(done.stderr, part, "stderr")


def command_line(t, lab):
    with t.test("root is refused, and told how to start it"):
        refused(t, sluiced(lab, user=None), "must not run as root", "runuser")
    for name, flags, instead in (
            ("an unknown flag", ["--no-such-flag"], {}),
            ("a bad timeout", ["--redis-timeout", "0"], {}),
            ("a bad socket", [], {"-s": "unix:"}),
            ("an operand", ["policy"], {})):
        with t.test(f"{name} is a usage error"):
            refused(t, sluiced(lab, "-t", *flags, **instead), "sluiced: ", status=2)


def second(t, lab):
    other = new_state(lab, "other")
    with t.test("a second daemon on one state directory is refused"):
        done = sluiced(lab, **{"-s": f"unix:{lab.dir}/node1/second.sock"})
        refused(t, done, f"another sluiced (pid {lab.node.pid})")
    with t.test("a second daemon on one socket is refused"):
        refused(t, sluiced(lab, **{"-d": other, "-n": "other"}),
                "another process answers", lab.node.socket)
    with t.test("the first one still serves"):
        t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "verdict")


def bad_parts(t, lab):
    open_state = new_state(lab, "open", 0o777)
    socket_path = f"{lab.dir}/node1/new.sock"
    with t.test("a state directory that all may write is refused"):
        refused(t, sluiced(lab, **{"-d": open_state}), "chmod o-w")
    with t.test("a policy that others may write is refused"):
        path = f"{lab.dir}/node1/loose.policy"
        shutil.copy(lab.node.policy, path)
        os.chmod(path, 0o666)
        refused(t, sluiced(lab, **{"-d": new_state(lab, "s1"), "-p": path}), "chmod go-w")
    with t.test("a policy with errors is refused, with all of them"):
        path = f"{lab.dir}/node1/bad.policy"
        with open(path, "w") as f:
            f.write("limit a { for local mail by nobody allow 1 message/hour else hold }\n"
                    "limit b { for local mail allow 1 message/fortnight else hold }\n")
        done = sluiced(lab, **{"-d": new_state(lab, "s2"), "-p": path})
        refused(t, done, "bad.policy:1:", "bad.policy:2:")
    with t.test("what is not a socket is not removed"):
        with open(socket_path, "w") as f:
            f.write("precious")
        done = sluiced(lab, **{"-d": new_state(lab, "s3"), "-n": "s3",
                               "-s": "unix:" + socket_path})
        refused(t, done, "is not a socket")
        with open(socket_path) as f:
            t.equal(f.read(), "precious", "the file")
    with t.test("a Redis that evicts is refused"):
        lab.redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        done = sluiced(lab, **{"-d": new_state(lab, "s4"), "-n": "s4",
                               "-s": f"unix:{lab.dir}/node1/s4.sock"})
        lab.redis.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        refused(t, done, "noeviction")


def self_check(t, lab):
    with t.test("-t finds nothing wrong"):
        done = sluiced(lab, "-t")
        t.equal(done.returncode, 0, done.stdout + done.stderr)
        parts = [line.split()[:2] for line in done.stdout.splitlines()]
        t.equal(parts, [[p, "ok"] for p in ("policy", "state", "key", "ledger", "redis")],
                "lines")
    with t.test("-t names what is wrong"):
        done = sluiced(lab, "-t", **{"-d": "/nonexistent", "-p": "/nonexistent"})
        t.equal(done.returncode, 1, "exit status")
        t.has(done.stdout, "policy   wrong", "stdout")
        t.has(done.stdout, "state    wrong", "stdout")


def stopping(t, lab):
    for sig in signal.SIGTERM, signal.SIGHUP, signal.SIGINT:
        with t.test(f"{sig.name} ends it with open sessions, status 0"):
            with Peer(lab.node.milter) as idle, Peer(lab.node.milter) as busy:
                idle.negotiate()
                busy.negotiate()
                busy.connect(LOCAL)
                busy.mail("a@example.test")
                process = lab.node._process
                t.equal(process.stop(sig), 0, "exit status")
                t.true(not os.path.exists(lab.node.socket), "the socket is gone")
            lab.node.start()
    with t.test("a stale socket is removed"):
        lab.node.kill9()
        t.true(os.path.exists(lab.node.socket), "it is still there")
        with socket.socket(socket.AF_UNIX) as s:
            t.true(s.connect_ex(lab.node.socket) != 0, "nobody answers")
        lab.node.start()
        t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "verdict")
    with t.test("USR1 in a storm reloads, and ends nothing"):
        for _ in range(200):
            os.kill(lab.node.pid, signal.SIGUSR1)
        until(lambda: "reloaded" in lab.node.log(), "a reload")
        t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "verdict")


def main(t, lab):
    lab.redis.start()
    lab.node.start(POLICY)
    command_line(t, lab)
    second(t, lab)
    bad_parts(t, lab)
    self_check(t, lab)
    stopping(t, lab)


run(main)
