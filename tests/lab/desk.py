"""The operator's desk: what the tests of `sluice` share.

    give_key(node, from_node=None)  a node that sluiced never ran on gets a key
    expect(node, code, *args)       runs sluice; the CompletedProcess, if the exit
                                    status is code
    scopes(node)                    what is frozen, as `freezes --json` says it
"""
import json
import os
import secrets
import shutil

from .sluiced import GROUP, USER


def give_key(node, from_node=None):
    path = os.path.join(node.state, "key")
    if from_node is None:
        with open(path, "w") as f:
            f.write(secrets.token_hex(32) + "\n")
    else:
        shutil.copy(os.path.join(from_node.state, "key"), path)
    os.chmod(path, 0o640)
    shutil.chown(path, USER, GROUP)


def expect(node, code, *args, **how):
    done = node.sluice(*args, **how)
    if done.returncode != code:
        raise AssertionError(
            f"sluice {' '.join(map(str, args))}: got exit status "
            f"{done.returncode}, want {code}\n{done.stdout}{done.stderr}")
    return done


def freezes(node):
    """What is frozen, with or without Redis."""
    return json.loads(node.sluice("freezes", "--json").stdout)["freezes"]


def scopes(node):
    return [f["scope"] for f in freezes(node)]
