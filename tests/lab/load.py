"""Load on a sluiced, by milterload, which plays the mail servers.

    load = Load(lab, node, "-c", 16, "-t", 10, ...)     starts it
    load.stop()             before its time
    load.join() -> result   what its -j prints
    load.messages           after join: [(start_s, outcome)]; start_s is a time of
                            time.monotonic(), at most its own start-up too early
"""
import json
import os
import signal
import time

from . import sluiced

LONGEST_S = 120


class Load:
    def __init__(self, lab, node, *args):
        directory = os.path.join(lab.dir, "load")
        os.makedirs(directory, exist_ok=True)
        base = os.path.join(directory, str(len(os.listdir(directory))))
        self._result, self._rows = base + ".json", base + ".rows"
        argv = [os.path.join(sluiced.build_dir(), "milterload"), "-j",
                "-s", node.milter, "-w", self._rows, *map(str, args)]
        self._begin = time.monotonic()
        self._process = lab.procs.start(argv, self._result)

    def stop(self):
        self._process.tell(signal.SIGTERM)

    def join(self):
        self._process.wait(LONGEST_S)
        with open(self._result) as f:
            return json.load(f)

    @property
    def messages(self):
        with open(self._rows) as f:
            rows = [line.split() for line in f]
        return [(self._begin + int(r[0]) / 1e6, r[2]) for r in rows]
