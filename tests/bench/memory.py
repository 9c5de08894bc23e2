"""How much memory sluiced takes, each time as a process of its own.

    memory(messages) -> {what it held or had done: {"resident_mb": , "own_mb": }}

"Its own" is what is not mapped from a file: its libraries are shared.
"""
import re
import resource
import threading
import time

from lab import Lab

from filters import POLICY
from measure import load

STEP_S = 0.05
DESCRIPTORS = 20000


def _mb(pid, field):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(rf"^{field}:\s+(\d+)", f.read(), re.M)[1]) / 1024


def _look(pid):
    return {"resident_mb": _mb(pid, "VmRSS"), "own_mb": _mb(pid, "RssAnon")}


class Watch(threading.Thread):
    """What a process took at most."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.is_over = pid, False
        self.most = _look(pid)

    def run(self):
        while not self.is_over:
            seen = _look(self.pid)
            self.most = {k: max(v, seen[k]) for k, v in self.most.items()}
            time.sleep(STEP_S)

    def end(self):
        self.is_over = True
        self.join()
        return self.most


def _under(*args):
    with Lab() as lab:
        lab.redis.start()
        lab.node.start(POLICY)
        watch = Watch(lab.node.pid)
        watch.start()
        try:
            load(lab.node.milter, *args)
        finally:
            most = watch.end()
        return most


def _after(messages):
    """As many keys; looked at ten times on the way, to see whether it grows."""
    rows = {}
    with Lab() as lab:
        lab.redis.start()
        lab.node.start(POLICY)
        part = messages // 10
        for i in range(10):
            load(lab.node.milter, "-c", 16, "-k", max(1, part // 800), "-m", 50,
                 "-n", part, "-o", i * part)
            if i in (0, 4, 9):
                rows[f"after {part * (i + 1):,} messages and keys"] = _look(lab.node.pid)
    return rows


def memory(messages):
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    rows = {
        "1 session": _under("-c", 1, "-t", 1),
        "1,000 busy sessions": _under("-c", 1000, "-t", 5),
        "10,000 idle sessions": _under("-c", 1, "-t", 5, "-q", 10, "-I", 10000),
    }
    return {**rows, **_after(messages)}
