"""Processes of the lab; nothing outlives the test.

    procs = Processes(dir)      starts the watchdog
    p = procs.start(argv, log, user=, group=, env=, cwd=, umask=)
    p.wait(deadline_s) p.stop(sig) p.tell(sig) p.kill9() p.pause() p.resume() p.is_alive() p.pid p.returncode
    procs.end()                 ends all of them

Every process leads a session of its own and is ended as a group. The watchdog
(watchdog.py) ends them if this process dies in any way, or after a time limit.
"""
import os
import signal
import subprocess
import sys

from .wait import Timeout

LIMIT_S = int(os.environ.get("LAB_LIMIT_S", "600"))


class Process:
    def __init__(self, popen, gone):
        self._popen = popen
        self._gone = gone
        self.pid = popen.pid

    def is_alive(self):
        return self._popen.poll() is None

    @property
    def returncode(self):
        return self._popen.poll()

    def _signal(self, sig):
        try:
            os.killpg(self.pid, sig)
        except ProcessLookupError:
            pass

    def tell(self, sig):
        """To the process alone."""
        if self.is_alive():
            os.kill(self.pid, sig)

    def stop(self, sig=signal.SIGTERM, deadline_s=20):
        """Asks it to end; returns its exit status. Timeout: it was killed."""
        self.tell(signal.SIGCONT)
        self.tell(sig)
        return self.wait(deadline_s)

    def wait(self, deadline_s):
        """As stop, without asking."""
        try:
            code = self._popen.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise Timeout(f"pid {self.pid} did not end within {deadline_s} s")
        self._signal(signal.SIGKILL)
        self._gone(self)
        return code

    def kill9(self):
        self._signal(signal.SIGKILL)
        self._popen.wait()
        self._gone(self)

    def pause(self):
        self._signal(signal.SIGSTOP)

    def resume(self):
        self._signal(signal.SIGCONT)


class Processes:
    def __init__(self, directory):
        self._all = []
        watchdog = os.path.join(os.path.dirname(__file__), "watchdog.py")
        self._watchdog = subprocess.Popen(
            [sys.executable, watchdog, directory, str(os.getpid()), str(LIMIT_S)],
            stdin=subprocess.PIPE, start_new_session=True)

    def start(self, argv, log, **how):
        with open(log, "ab") as out:
            popen = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, **how)
        self._tell(f"{popen.pid}\n")
        process = Process(popen, self._forget)
        self._all.append(process)
        return process

    def _forget(self, process):
        if process in self._all:
            self._all.remove(process)
            self._tell(f"-{process.pid}\n")

    def _tell(self, line):
        try:
            self._watchdog.stdin.write(line.encode())
            self._watchdog.stdin.flush()
        except BrokenPipeError:
            pass

    def end(self):
        for p in self._all[::-1]:
            p.kill9()
        self._tell("end\n")
        self._watchdog.stdin.close()
        self._watchdog.wait()
