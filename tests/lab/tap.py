"""Tests print TAP.

    t = Tap()
    with t.test("name"):            an exception makes it "not ok", and says why
        t.equal(got, want, "what")  got .., want ..
        t.at_most(got, limit, "what")
        t.at_least(got, limit, "what")
        t.true(value, "what")
    t.note("text")                  a comment line
    sys.exit(t.done())              the plan; status 0 only if all passed
"""
import contextlib
import sys
import traceback


class Failed(Exception):
    """What was got is not what was wanted."""


class Tap:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.count = 0
        self.failed = 0

    def _print(self, line):
        print(line, file=self.out, flush=True)

    def note(self, text):
        for line in str(text).splitlines():
            self._print("# " + line)

    def ok(self, name, is_good, why=""):
        self.count += 1
        self.failed += not is_good
        self._print(f"{'' if is_good else 'not '}ok {self.count} - {name}")
        if not is_good:
            self.note(why)

    @contextlib.contextmanager
    def test(self, name):
        try:
            yield
        except Failed as e:
            self.ok(name, False, e)
        except Exception:
            self.ok(name, False, traceback.format_exc())
        else:
            self.ok(name, True)

    def done(self):
        self._print(f"1..{self.count}")
        return 1 if self.failed or not self.count else 0

    @staticmethod
    def equal(got, want, what=""):
        if got != want:
            raise Failed(f"{what}: got {got!r}, want {want!r}")

    @staticmethod
    def at_most(got, limit, what=""):
        if got > limit:
            raise Failed(f"{what}: got {got!r}, want at most {limit!r}")

    @staticmethod
    def at_least(got, limit, what=""):
        if got < limit:
            raise Failed(f"{what}: got {got!r}, want at least {limit!r}")

    @staticmethod
    def true(value, what=""):
        if not value:
            raise Failed(f"{what}: got {value!r}, want it true")

    @staticmethod
    def has(text, part, what=""):
        if part not in text:
            raise Failed(f"{what}: got {text!r}, want {part!r} in it")
