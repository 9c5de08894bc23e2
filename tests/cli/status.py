#!/usr/bin/python3
"""status.py - sluice status: one screen, and an exit code for monitoring."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.desk import expect, give_key  # noqa: E402
from lab.policy import policy  # noqa: E402


def settles(node, code, mode):
    """The status file is a second behind."""
    until(lambda: node.sluice("status").stdout.startswith(f"mode      {mode}\n") and
          node.sluice("status").returncode == code, f"mode {mode}, exit {code}")
    return expect(node, code, "status").stdout


def normal(t, node):
    with t.test("normal: exit 0, one screen, nothing to look at"):
        out, name = settles(node, 0, "normal"), node.status()["node"]
        for part in (f"process {node.pid}, up ", node.policy, "3 limits",
                     "redis     in use, 0 decisions without it (0 late), 0 refusals recalled\n",
                     "ledger    0 freezes", f"nodes     1 seen ({name}), 1 by the policy\n",
                     "messages             accept", "\nlocal  ", "\nrefused   0 by a limit"):
            t.has(out, part, "stdout")
        t.true("look" not in out, "no problem is named")
        t.at_most(len(out.splitlines()), 24, "lines")
    with t.test("as JSON"):
        done = json.loads(expect(node, 0, "status", "--json").stdout)
        t.equal((done["mode"], done["running"], done["problems"], done["freezes"]),
                ("normal", True, [], 0), "summary")
        t.equal(done["sluiced"]["pid"], node.pid, "pid")


def looks(t, lab, node):
    with t.test("frozen: exit 1"):
        expect(node, 0, "freeze", "--all", "--reason", "test")
        t.has(settles(node, 1, "frozen"), "mail is frozen: see sluice freezes", "stdout")
        until(lambda: "mode      frozen\n" in node.sluice("status", "-k", "/none").stdout,
              "what sluiced says of its ledger, where it cannot be read")
        expect(node, 0, "thaw", "all", "--reason", "test")
        settles(node, 0, "normal")
    with t.test("a policy that would not load: exit 1"):
        node.write_policy("limit {")
        t.has(settles(node, 1, "normal"), f"see sluice check {node.policy}", "stdout")
    with t.test("a policy that is not in use yet: exit 1, and the command"):
        node.write_policy(policy("limit more { for local mail\nby uid\n"
                                 "allow 9 messages/hour\nelse hold }"))
        t.has(settles(node, 1, "normal"), f"kill -USR1 {node.pid}", "stdout")
        node.reload()
        settles(node, 0, "normal")
    with t.test("Redis away: exit 1, and why"):
        lab.redis.kill9()
        out = settles(node, 1, "outage")
        t.has(out, "redis     not in use for ", "stdout")
        t.has(out, "Redis is not in use, this node meters by itself: ", "stdout")
        lab.redis.start()
        settles(node, 0, "normal")


def stopped(t, node):
    with t.test("killed: not running, exit 1"):
        node.kill9()
        out = expect(node, 1, "status").stdout
        t.has(out, "mode      not running\n", "stdout")
        t.has(out, "is gone", "stdout")
        t.equal(json.loads(expect(node, 1, "status", "--json").stdout)["running"],
                False, "running")
    with t.test("an old status of a living process: not running or hangs"):
        path = os.path.join(node.state, "status.json")
        with open(path) as f:
            file = json.load(f)
        file.update(pid=os.getpid(), written=file["written"] - 3600 * 10**6)
        with open(path, "w") as f:
            json.dump(file, f)
        out = expect(node, 1, "status").stdout
        t.has(out, "its last status is 1 h 0 min old", "stdout")
    with t.test("never ran: exit 1, null as JSON"):
        node.new_state()
        give_key(node)
        done = json.loads(expect(node, 1, "status", "--json").stdout)
        t.equal((done["mode"], done["sluiced"]), ("not running", None), "json")


DAY_US = 86400 * 10**6
HOUR_US = DAY_US // 24
ALARMS = (
    ("no more nodes than the policy says", {"nodes": 2, "allowed": 2}, None),
    ("more", {"nodes": 3, "allowed": 2, "names": "a, b, c"},
     "more nodes than the policy says use this Redis (a, b, c): write 'nodes 3' into the "
     "policy of each"),
    ("another policy", {"strangers": "b, c"}, "these nodes run another policy: b, c"),
    ("a clock that is good", {"clock": 1900000}, None),
    ("a clock that is off", {"is_clock_off": True, "clock": -2500000},
     "Redis's clock and this machine's differ by -2.5 s: keep both by NTP"),
    ("data lost within a day", {"lost": -3 * HOUR_US}, "Redis lost its data 3 h 0 min ago: "),
    ("longer ago", {"lost": -DAY_US}, None),
    ("a restart", {"restarts": 1}, None),
)


def alarms(t, node):
    """As a sluiced that sees them would write it, with our pid; none runs."""
    path = os.path.join(node.state, "status.json")
    node.stop()
    with open(path) as f:
        good = json.load(f)
    for name, alarm, sentence in ALARMS:
        now = time.time_ns() // 1000
        if "lost" in alarm:
            alarm = {"lost": now + alarm["lost"]}
        with open(path, "w") as f:
            json.dump({**good, "pid": os.getpid(), "written": now,
                       "alarms": {**good["alarms"], **alarm}}, f)
        with t.test(f"alarm: {name}"):
            problems = json.loads(expect(node, 1 if sentence else 0, "status", "--json")
                                  .stdout)["problems"]
            t.equal(len(problems), 1 if sentence else 0, f"sentences in {problems}")
            t.has("".join(problems), sentence or "", "problem")
    node.start()


def main(t, lab):
    lab.redis.options.update({"appendonly": "yes", "appendfsync": "always"})
    lab.redis.start()
    lab.node.start(policy())
    normal(t, lab.node)
    looks(t, lab, lab.node)
    alarms(t, lab.node)
    stopped(t, lab.node)


run(main)
