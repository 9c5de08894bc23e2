#!/usr/bin/python3
"""What systemd expects: readiness, reloads, the watchdog, and its own socket."""
import os
import shutil
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.peer import LOCAL, Peer, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.sluiced import GROUP, USER, binary  # noqa: E402


class Manager:
    """Holds the milter socket, listens for notifications, starts sluiced."""

    def __init__(self, lab):
        self.lab = lab
        self.path = f"{lab.dir}/node1/held.sock"
        self.listener = self._bind(socket.SOCK_STREAM, self.path)
        self.listener.listen(64)
        self.told = self._bind(socket.SOCK_DGRAM, f"{lab.dir}/node1/notify")
        self.told.settimeout(30)

    @staticmethod
    def _bind(kind, path):
        s = socket.socket(socket.AF_UNIX, kind)
        s.bind(path)
        os.chmod(path, 0o777)
        return s

    def start(self):
        node, fd = self.lab.node, self.listener.fileno()
        argv = [binary(self.lab.dir, "sluiced"), "-p", node.policy, "-s", f"fd:{fd}",
                "-r", node.redis_address, "-d", node.state, "-n", node.ns]
        env = dict(os.environ, NOTIFY_SOCKET=f"{self.lab.dir}/node1/notify")
        self.process = self.lab.procs.start(
            argv, f"{self.lab.dir}/log/node1.log", cwd="/", env=env, user=USER,
            group=GROUP, extra_groups=[], pass_fds=[fd])

    def wait_for(self, word):
        while word not in self.told.recv(4096).decode().split("\n"):
            pass


def main(t, lab):
    lab.redis.start()
    lab.node.write_policy(policy())
    shutil.chown(f"{lab.dir}/node1", USER, GROUP)
    m = Manager(lab)
    m.start()
    with t.test("ready is said when it listens"):
        m.wait_for("READY=1")
        t.equal(deliver(m.path, LOCAL).word, "accept", "verdict")
    with t.test("the watchdog is fed"):
        m.wait_for("WATCHDOG=1")
    with t.test("a reload is announced, and its end"):
        os.kill(m.process.pid, signal.SIGUSR1)
        m.wait_for("RELOADING=1")
        m.wait_for("READY=1")
    with t.test("a stop is announced, and is a good end"):
        t.equal(m.process.stop(), 0, "exit status")
        m.wait_for("STOPPING=1")
    with t.test("a session that comes during a restart waits, and is served"), \
            Peer(m.path) as p:
        p.packet(b"O", b"\0\0\0\6\0\0\1\xff\0\x1f\xff\xff")
        m.start()
        t.equal(p.receive()[:1], b"O", "negotiation")
    with t.test("the held socket is still there after another stop"):
        t.equal(m.process.stop(), 0, "exit status")
        t.true(os.path.exists(m.path), "socket")
        until(lambda: "stopped" in lab.node.log(), "the last line")


run(main)
