"""Machines of a network of our own: Linux network namespaces.

    there = Netns(procs, dir)           a machine, with its loopback up
    here.link(there, "10.9.1")          a cable: here is 10.9.1.1, there 10.9.1.2
    here.cut(there) here.mend(there)    pulled out at the far end: what is sent
                                        vanishes, and nobody is told
    with here.entered():                what is started in here runs there
    here.ip("route", ...)

A namespace lives as long as the process in it, and its cables with it, so that
nothing is left behind however a test ends. Paths of files and UNIX sockets are
those of the whole machine.
"""
import contextlib
import ctypes
import os
import subprocess

from .wait import until

CLONE_NEWNET = 0x40000000


def _setns(fd):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, CLONE_NEWNET) < 0:
        raise OSError(ctypes.get_errno(), "setns")


class Netns:
    def __init__(self, procs, directory):
        log = os.path.join(directory, "log", "netns.log")
        self._holder = procs.start(["unshare", "--net", "sleep", "infinity"], log)
        self._path = f"/proc/{self._holder.pid}/ns/net"
        self._cables = {}           # the other -> name of our end
        until(lambda: os.readlink(self._path) != os.readlink("/proc/self/ns/net"),
              "the network namespace")
        self.ip("link", "set", "lo", "up")

    def ip(self, *args):
        subprocess.run(["nsenter", "--net=" + self._path, "ip", *args], check=True)

    def link(self, there, network):
        mine, others = f"to{len(self._cables)}", f"to{len(there._cables)}"
        self.ip("link", "add", mine, "type", "veth", "peer", "name", others,
                "netns", str(there._holder.pid))
        for end, name, host in (self, mine, 1), (there, others, 2):
            end.ip("addr", "add", f"{network}.{host}/24", "dev", name)
            end.ip("link", "set", name, "up")
        self._cables[there], there._cables[self] = mine, others

    def cut(self, there):
        there.ip("link", "set", there._cables[self], "down")

    def mend(self, there):
        there.ip("link", "set", there._cables[self], "up")

    @contextlib.contextmanager
    def entered(self):
        with open("/proc/self/ns/net") as home, open(self._path) as there:
            _setns(there.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())
