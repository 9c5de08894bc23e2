"""What the demo prints: plain text, at most 78 columns.

    act(3, "title", "what there is to see")
    say("text")                         a paragraph
    note("text")                        a line in a table
    command(node, "freeze", "--all")    runs sluice, shows it; the result
    Watch([stream, stream]).run(8)      a line a second of what happened in it
    table(rows)                         rows of (name, Counts)
    verdict(is_kept, "text")
"""
import shlex
import textwrap
import time

WIDTH = 78
COLUMNS = {"offered": 8, "accepted": 9, "held": 7, "tempfail": 9}
STREAM = sum(COLUMNS.values())
ENDS = "offered", "accepted", "held", "tempfailed", "rejected", "delivered", "queued"


def _fill(text, first, rest):
    print(textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest,
                        break_on_hyphens=False, break_long_words=False), flush=True)


def act(number, title, text):
    print(f"\n{number}. {title}")
    _fill(text, "   ", "   ")


def say(text):
    print()
    _fill(text, "   ", "   ")


def note(text):
    _fill(text, "      * ", "        ")


def verdict(is_kept, text):
    _fill(text, "   kept      " if is_kept else "   NOT KEPT  ", " " * 16)


def command(node, *args):
    done = node.sluice(*args)
    print("\n   # sluice " + shlex.join(args))
    for line in (done.stdout + done.stderr).splitlines():
        print("   " + line)
    print(end="", flush=True)
    return done


class Watch:
    """One table; an act may go on with it in several stretches."""

    def __init__(self, streams):
        self._streams = streams
        self._second = 0
        self._before = self._flows()
        print("\n      " + "".join(f"  {s.name:>{STREAM}}" for s in streams))
        heads = "".join(f"{c:>{width}}" for c, width in COLUMNS.items())
        print("   sec" + ("  " + heads) * len(streams), flush=True)

    def _flows(self):
        return [s.flow() for s in self._streams]

    def _line(self, after):
        text = f"{self._second:>6}"
        for then, now in zip(self._before, after):
            text += "  " + "".join(
                f"{now_n - then_n or '.':>{width}}"
                for then_n, now_n, width in zip(then, now, COLUMNS.values()))
        print(text, flush=True)

    def run(self, seconds):
        due = time.monotonic()
        for _ in range(seconds):
            due += 1
            time.sleep(max(0, due - time.monotonic()))
            after = self._flows()
            self._second += 1
            self._line(after)
            self._before = after


def table(rows):
    widths = [max(len(e), len("99,999")) + 1 for e in ENDS]
    print("\n" + " " * 15 + "".join(f"{e:>{w}}" for e, w in zip(ENDS, widths)))
    for name, counts in rows:
        cells = "".join(f"{n:>{w},}" for n, w in zip(counts, widths))
        print(f"   {name:<12}{cells}")
    print(flush=True)
