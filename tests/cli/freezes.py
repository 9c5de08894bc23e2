#!/usr/bin/python3
"""freezes.py - sluice freezes: what is frozen, since when, by whom and why."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run  # noqa: E402
from lab.desk import expect, give_key  # noqa: E402

REASON = "Spam run, ticket 4711: \u201ccontact form\u201d"


def listed(t, node, exit_):
    with t.test(f"nothing is frozen: exit {exit_}"):
        t.equal(expect(node, exit_, "freezes").stdout, "Nothing is frozen.\n", "stdout")
        done = expect(node, exit_, "freezes", "--json")
        t.equal(json.loads(done.stdout), {"broken": None, "freezes": []}, "json")
    expect(node, exit_, "freeze", "--script", "33:contact.php", "--reason", REASON)
    expect(node, exit_, "freeze", "--client", "2001:DB8::/32", "--reason", "x")
    with t.test("a table: scope, since, until, by, id, reason"):
        lines = expect(node, exit_, "freezes").stdout.splitlines()
        t.equal(lines[0].split(), ["SCOPE", "SINCE", "UNTIL", "BY", "ID", "REASON"], "head")
        t.equal(len(lines), 3, "lines")
        row = next(li for li in lines if li.startswith("script:33:contact.php "))
        t.true(row.endswith(REASON), row)
        t.has(row, " s ", "since")
        t.has(row, " a thaw ", "until")
        t.has(row, " root ", "by")
    with t.test("as JSON"):
        rows = json.loads(expect(node, exit_, "freezes", "--json").stdout)["freezes"]
        t.equal({r["scope"] for r in rows},
                {"script:33:contact.php", "client:2001:db8::/32"}, "scopes")
        t.equal({r["reason"] for r in rows}, {REASON, "x"}, "reasons")
        t.equal({tuple(sorted(r)) for r in rows},
                {("by", "id", "reason", "scope", "since", "sudo", "until")}, "fields")
    with t.test("the user of sluiced may look too"):
        expect(node, exit_, "freezes", user="nobody")


def broken(t, node):
    path = os.path.join(node.state, "ledger")
    with open(path) as f:
        text = f.read()
    with open(path, "w") as f:
        f.write(text.replace("contact.php", "kontact.php"))
    with t.test("a ledger that was changed: said loudly, exit 1"):
        done = expect(node, 1, "freezes")
        t.has(done.stderr, "EVERYTHING IS FROZEN on this node", "stderr")
    with t.test("and as JSON"):
        done = expect(node, 1, "freezes", "--json")
        t.has(json.loads(done.stdout)["broken"], "record 1", "broken")


def others(t, lab):
    there = lab.new_node("there")
    give_key(there, lab.node)
    expect(lab.node, 0, "freeze", "--uid", "7", "--reason", "x")
    with t.test("what another node has frozen is in the list at once"):
        t.has(expect(there, 0, "freezes").stdout, "uid:7 ", "stdout")
    with t.test("without Redis it says that others may be missing"):
        lab.redis.kill9()
        t.has(expect(there, 3, "freezes").stderr, "what other nodes have frozen", "stderr")


def main(t, lab):
    give_key(lab.node)
    lab.redis.start()
    listed(t, lab.node, 0)
    others(t, lab)
    broken(t, lab.node)


run(main)
