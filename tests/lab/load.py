"""Load on a sluiced, by milterload, which plays the mail servers.

    load = Load(lab, node, "-c", 16, "-t", 10, ...)     starts it
    load.stop()             before its time
    load.join() -> result   what its -j prints
    load.messages           after join: a Message for each that was played

Times are those of time.monotonic(), in us.
"""
import collections
import json
import os
import signal

from . import sluiced

LONGEST_S = 120

# asked: when the end of the message was told, 0 if it did not come to that.
Message = collections.namedtuple(
    "Message", "begin asked end id sender script login rcpts outcome stage code")


def _message(line):
    begin, asked, end, name, sender, script, login, rcpts, outcome, stage, code = line.split()
    return Message(int(begin), int(asked), int(end), name, sender, script, login,
                   int(rcpts), outcome, stage, int(code))


class Load:
    def __init__(self, lab, node, *args):
        directory = os.path.join(lab.dir, "load")
        os.makedirs(directory, exist_ok=True)
        base = os.path.join(directory, str(len(os.listdir(directory))))
        self._result, self._rows = base + ".json", base + ".rows"
        argv = [os.path.join(sluiced.build_dir(), "milterload"), "-j",
                "-s", node.milter, "-w", self._rows, *map(str, args)]
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
            return [_message(line) for line in f]
