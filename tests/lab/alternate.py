"""The one thing outside the lab's directory: /etc/postfix/main.cf must name
our configuration directory before other users may submit to this instance.

    add(directory)
    remove(directory)       exactly this entry, and those of dead labs

Several labs may run at once: a lock file keeps them apart.
"""
import contextlib
import fcntl
import os
import subprocess

LOCK = "/run/lock/sluice-lab"
NAME = "alternate_config_directories"
MARK = "/sluice-lab."


@contextlib.contextmanager
def _locked():
    os.makedirs(os.path.dirname(LOCK), exist_ok=True)
    with open(LOCK, "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def _postconf(*args):
    return subprocess.run(["postconf", *args], check=True, text=True,
                          capture_output=True).stdout


def _is_dead(entry):
    return MARK in entry and not os.path.isdir(entry)


def _change(edit):
    with _locked():
        before = _postconf("-h", NAME).replace(",", " ").split()
        after = edit([e for e in before if not _is_dead(e)])
        if after == before:
            return
        if after:
            _postconf("-e", f"{NAME} = {' '.join(after)}")
        else:
            _postconf("-X", NAME)


def add(directory):
    _change(lambda entries: entries + [directory])


def remove(directory):
    _change(lambda entries: [e for e in entries if e != directory])
