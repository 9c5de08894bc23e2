"""The lab: all parts in one temporary directory, started as a test asks.

    run(main)           calls main(t, lab), closes the lab, prints the plan and
                        exits; a sanitizer report of any sluiced fails the run
    lab = Lab()         `with Lab() as lab:` closes it in any case
    lab.dir             mode 0755, under TMPDIR or /tmp, removed at the end
    lab.redis .sink .postfix .php       redis.py sink.py postfix.py php.py
    lab.node            the sluiced that Postfix asks: sluiced.py
    lab.new_node(name)  another one on the same Redis
    lab.account(marker) -> (delivered, held), once all mail is either: counts
                        the messages with [marker] in their text; their
                        recipients must share a domain, or they are split
    lab.close()

Only the sink runs from the beginning; .start() the others. LAB_KEEP=1 leaves
the directory behind, for a look at its logs.
"""
import os
import shutil
import signal
import stat
import sys
import tempfile
import traceback

from .php import Php
from .postfix import Postfix
from .process import Processes
from .redis import Redis
from .sink import Sink
from .sluiced import Node
from .tap import Tap

TOP_MAX = 60        # bytes; a longer path leaves no room for a socket's


def _top():
    """TMPDIR, if other users can pass through it and its path is short."""
    top = os.path.realpath(tempfile.gettempdir())
    part = top
    while part != "/":
        if not os.stat(part).st_mode & stat.S_IXOTH:
            return "/tmp"
        part = os.path.dirname(part)
    return top if len(top) <= TOP_MAX else "/tmp"


class Lab:
    def __init__(self):
        if os.geteuid() != 0:
            raise PermissionError("the lab needs root: it starts Postfix")
        self.dir = tempfile.mkdtemp(prefix="sluice-lab.", dir=_top())
        os.chmod(self.dir, 0o755)
        os.mkdir(os.path.join(self.dir, "log"), 0o755)
        self.procs = Processes(self.dir)
        self.sink = Sink()
        self.redis = Redis(self.procs, self.dir)
        self.nodes = []
        self.node = self.new_node("node1")
        self.postfix = Postfix(self.procs, self.dir, self.sink.port, self.node.milter)
        self.php = Php(self.procs, self.dir, self.postfix.config_dir)

    def new_node(self, name):
        self.nodes.append(Node(self.procs, self.dir, name, self.redis.address))
        return self.nodes[-1]

    def account(self, marker):
        self.postfix.settle()
        text = f"[{marker}]"
        return self.sink.count(text), self.postfix.count_held(text)

    def complaints(self):
        return "\n".join(filter(None, (n.complaints() for n in self.nodes)))

    def close(self):
        self.procs.end()
        self.sink.close()
        self.postfix.remove()
        if not os.environ.get("LAB_KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _stop_on_signals():
    def leave(number, _frame):
        sys.exit(128 + number)
    for sig in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        signal.signal(sig, leave)


def run(main):
    _stop_on_signals()
    t = Tap()
    try:
        with Lab() as lab:
            try:
                main(t, lab)
                for node in lab.nodes:
                    if node.is_alive():
                        node.stop()
            except Exception:
                t.ok("everything starts and stops", False, traceback.format_exc())
                t.note(lab.node.log()[-4000:])
            complaints = lab.complaints()
            t.ok("sluiced never crashed and no sanitizer complained",
                 not complaints, complaints)
    except Exception:
        t.ok("the lab opens and closes", False, traceback.format_exc())
    sys.exit(t.done())
