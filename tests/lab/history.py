"""What every node decided and what went wrong meanwhile, to be judged offline by
build/$SAN/history; its record.h says what the lines mean.

    h = History(nodes, windows)     windows: (N, unit, period_s, burst)
    with h.lost():                  Redis loses its keys in here
    with h.restarted(node):         the node begins anew in here
    h.add(node, messages)           Load.messages; the node is verbose. Returns
                                    what does not fit its log since h was made
    h.judge(directory, longest_us) -> (is_kept, text)

Who decided a message is in the log, by its queue id; a time in which a node
decided by itself is an outage of it. Keys are logins.
"""
import contextlib
import os
import re
import subprocess
import time

from .sluiced import build_dir

VERDICTS = {"accept": "accept", "hold": "refuse", "tempfail": "refuse", "reject": "refuse"}
WORD = {"quarantine": "hold"}       # milterload's for the log's
GAP_US = 1000000    # decisions with less between them belong to one outage
SLACK_US = 250000   # a node's estimate of Redis's clock is late by a reply, at most
LINE = re.compile(r"<\d>(accept|hold|tempfail|reject) id=(\w+) ")
STORE = re.compile(r" store=(\w+) ")


def now_us():
    return time.monotonic_ns() // 1000


def _logged(text):
    """Queue id -> [(verdict, store)]."""
    lines = {}
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            store = STORE.match(line, max(0, line.rfind(" store=")))
            lines.setdefault(found[2], []).append((found[1], store[1] if store else "-"))
    return lines


def _odd(message, lines):
    """Each message that was answered was decided once, and so."""
    want = [WORD.get(message.outcome, message.outcome)]
    got = [word for word, _ in lines]
    if got == want or message.outcome == "error" and len(got) < 2:
        return []
    return [f"id={message.id}: got {got} in the log, want {want}"]


class History:
    def __init__(self, nodes, windows):
        self._begin = {node: len(node.log()) for node in nodes}
        self._lines = [f"nodes {len(nodes)}", f"slack {SLACK_US}"]
        for n, unit, period_s, burst in windows:
            self._lines.append(f"window {unit} {n} {period_s * 1000000} {burst}")

    @contextlib.contextmanager
    def _fault(self, kind, *words):
        begin = now_us()
        yield
        self._lines.append(" ".join([kind, str(begin), str(now_us()), *words]))

    def lost(self):
        return self._fault("lost")

    def restarted(self, node):
        return self._fault("restart", node.name)

    def _outages(self, node, times):
        """Neighbours in time are one."""
        begin = end = None
        for start, stop in sorted(times):
            if end is not None and start <= end + GAP_US:
                end = max(end, stop)
                continue
            if end is not None:
                self._lines.append(f"outage {begin} {end} {node.name}")
            begin, end = start, stop
        if end is not None:
            self._lines.append(f"outage {begin} {end} {node.name}")

    def add(self, node, messages):
        logged, odd, alone = _logged(node.log()[self._begin[node]:]), [], []
        for m in messages:
            if m.outcome == "error" and not m.asked:
                continue        # the session had ended before
            lines = logged.get(m.id, [])
            odd += _odd(m, lines)
            store = lines[0][1] if lines else "-"
            verdict = VERDICTS.get(WORD.get(m.outcome, m.outcome), "none")
            begin = m.asked or m.begin
            self._lines.append(f"{begin} {m.end} {node.name} login{m.login} {m.rcpts} "
                               f"{verdict} {store}")
            if store == "memory":
                alone.append((begin, m.end))
        self._outages(node, alone)
        return odd

    def judge(self, directory, longest_us):
        number = sum(name.startswith("history") for name in os.listdir(directory))
        path = os.path.join(directory, f"history{number}")
        with open(path, "w") as f:
            f.write("\n".join(self._lines) + "\n")
        done = subprocess.run([os.path.join(build_dir(), "history"), "-t",
                               str(longest_us), path], text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode == 0, done.stdout
