#!/usr/bin/python3
"""watchdog.py DIR PID SECONDS - ends what a dead or hanging test left behind.

Reads process group ids from its input ("-ID": gone by itself). At "end" it has nothing to do. At end
of file without it the test has died; after SECONDS it hangs and is ended, too.
Then every group is killed, DIR is taken out of Postfix's list and removed.
"""
import os
import select
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lab import alternate  # noqa: E402


def groups_left(deadline):
    """The groups to kill, or None if the test has ended by itself."""
    groups, text = set(), b""
    while time.monotonic() < deadline:
        ready, _, _ = select.select([0], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            break
        piece = os.read(0, 4096)
        if not piece:
            return groups
        text += piece
        *lines, text = text.split(b"\n")
        if b"end" in lines:
            return None
        for line in lines:
            groups.discard(-int(line))
            if int(line) > 0:
                groups.add(int(line))
    return groups


def kill(call, number):
    try:
        call(number, signal.SIGKILL)
    except ProcessLookupError:
        pass


def main():
    directory, parent, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    for sig in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(sig, signal.SIG_IGN)
    groups = groups_left(time.monotonic() + seconds)
    if groups is None:
        return
    if os.getppid() == parent:
        print(f"Bail out! the lab took more than {seconds:.0f} s", flush=True)
        kill(os.kill, parent)
    for group in groups:
        kill(os.killpg, group)
    alternate.remove(os.path.join(directory, "etc"))
    shutil.rmtree(directory, ignore_errors=True)


main()
