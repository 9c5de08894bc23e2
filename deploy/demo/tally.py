"""Counts what becomes of every message, by looking where mail ends.

    tally = Tally(sink, queue_dir)  watches both from now on
    s = tally.stream(name)          who sends: a script, a login
    n = s.offer()                   a message is about to be offered
    s.mark(n)                       its mark, to be put into the subject
    s.answered(n, "tempfailed")     accepted, tempfailed, rejected, failed
    s.flow() s.now()                counts so far
    tally.settle()                  waits until no message is under way
    tally.close()

Every message has a number, and is looked for at the sink and in the queues: so
what is lost or doubled shows, and a sum cannot be right by chance. Local mail
is "accepted" for its sender in any case; it counts as accepted once it is past
the gate, on its way to the sink.
"""
import collections
import os
import re
import stat
import threading
import time

MARK = re.compile(rb"\[(\w+) (\d+)\]")
STEP_S = 0.2
SETTLE_S = 60
PASSED = "deferred", "incoming", "active"
QUEUES = "maildrop", "hold", *PASSED

Counts = collections.namedtuple(
    "Counts", "offered accepted held tempfailed rejected delivered queued")


class Stream:
    def __init__(self, name, word, tally):
        self.name = name
        self.word = word
        self._tally = tally
        self.offered = {}       # number -> when
        self.answers = {}       # number -> what its sender was told, and when
        self.delivered = {}     # number -> when it was first seen at the sink
        self.doubled = set()
        self.held = {}          # number -> queue id; in the hold queue now
        self.ever_held = set()
        self.under_way = set()  # past the gate, not yet at the sink
        self.not_picked_up = set()

    def offer(self):
        with self._tally.lock:
            n = len(self.offered) + 1
            self.offered[n] = time.monotonic()
            return n

    def mark(self, n):
        return f"[{self.word} {n}]"

    def answered(self, n, answer):
        with self._tally.lock:
            self.answers[n] = answer, time.monotonic()

    def told(self, *answers):
        return {n for n, (a, _) in list(self.answers.items()) if a in answers}

    def passed(self):
        return set(self.delivered) | self.under_way

    def between(self, start, end):
        """The numbers that were offered in that time."""
        return {n for n, t in list(self.offered.items()) if start <= t < end}

    def lost(self):
        """Numbers that are nowhere."""
        return (self.told("accepted") - self.passed() - set(self.held)
                - self.not_picked_up)

    def beyond(self):
        """Numbers that were refused, and yet are somewhere."""
        return (self.told("tempfailed", "rejected")
                & (self.passed() | set(self.held) | self.not_picked_up))

    def delay_s(self, numbers):
        """The longest time from the offer to the sink."""
        return max((self.delivered[n] - self.offered[n] for n in numbers
                    if n in self.delivered), default=0.0)

    def flow(self):
        """Offered, accepted, held, tempfailed since the beginning: what was
        released from the hold queue still counts as held."""
        with self._tally.lock:
            return (len(self.answers), len(self.passed() - self.ever_held),
                    len(self.ever_held), len(self.told("tempfailed")))

    def now(self):
        """Where everything is at this moment."""
        with self._tally.lock:
            return Counts(len(self.answers), len(self.passed()), len(self.held),
                          len(self.told("tempfailed")), len(self.told("rejected")),
                          len(self.delivered), len(self.held) + len(self.under_way)
                          + len(self.not_picked_up))


class Tally:
    def __init__(self, sink, queue_dir):
        self.lock = threading.RLock()
        self._looking = threading.Lock()
        self._sink = sink
        self._queue_dir = queue_dir
        self._streams = {}
        self._seen = 0          # messages at the sink
        self._marks = {}        # (queue, file) -> (word, number)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stream(self, name):
        word = "".join(c for c in name if c.isalnum())
        self._streams[word] = Stream(name, word, self)
        return self._streams[word]

    def streams(self):
        return list(self._streams.values())

    def _watch(self):
        while not self._stop.wait(STEP_S):
            self.look()

    def look(self):
        with self._looking:
            # In the order in which a message moves: none is overlooked.
            queues = {q: self._numbers(q) for q in QUEUES}
            messages = self._sink.messages()
            with self.lock:
                self._arrivals(messages)
                for s in self._streams.values():
                    self._place(s, queues)

    @staticmethod
    def _place(s, queues):
        s.not_picked_up = set(queues["maildrop"].get(s.word, ()))
        s.held = queues["hold"].get(s.word, {})
        s.ever_held |= set(s.held)
        s.under_way = {n for q in PASSED for n in queues[q].get(s.word, ())}
        s.under_way -= set(s.delivered) | set(s.held)

    def _arrivals(self, messages):
        for m in messages[self._seen:]:
            found = MARK.search(m.data.encode())
            s = self._streams.get(found[1].decode()) if found else None
            if s is None:
                continue
            n = int(found[2])
            if n in s.delivered:
                s.doubled.add(n)
            s.delivered.setdefault(n, time.monotonic())
        self._seen = len(messages)

    def _numbers(self, queue):
        """word -> {number: queue id} of the messages in a queue."""
        found = collections.defaultdict(dict)
        for directory, _, files in os.walk(os.path.join(self._queue_dir, queue)):
            for name in files:
                word, n = self._mark(queue, os.path.join(directory, name))
                if word:
                    found[word][n] = name
        return found

    def _mark(self, queue, path):
        key = queue, os.path.basename(path)
        if key not in self._marks:
            try:
                if not os.stat(path).st_mode & stat.S_IXUSR:
                    return None, 0      # Postfix has not finished it
                with open(path, "rb") as f:
                    found = MARK.search(f.read())
            except FileNotFoundError:
                return None, 0          # it has moved on
            self._marks[key] = (found[1].decode(), int(found[2])) if found else (None, 0)
        return self._marks[key]

    def settle(self):
        """Waits until nothing is under way; local mail has been picked up."""
        end = time.monotonic() + SETTLE_S
        while time.monotonic() < end:
            self.look()
            if not any(s.under_way or s.not_picked_up or s.lost()
                       for s in self._streams.values()):
                return
            time.sleep(STEP_S)

    def close(self):
        self._stop.set()
        self._thread.join()
