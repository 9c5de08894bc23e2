"""sluiced and sluice, as built, run as they would be installed.

    node = Node(procs, dir, name, redis_address)
    node.start(policy)          the text of a policy; None: the one it has
    node.fresh(policy)          stopped, a new state directory and name space
    node.new_state()            an empty state directory, another name space
    node.reload(policy)         writes it and sends USR1
    node.stop() kill9()         stop: fails if the exit status is not 0
    node.milter                 the socket as Postfix and sluiced spell it
    node.sluice("freeze", ...)  -> CompletedProcess, text; as root, like an
                                operator; user="nobody" for the service's user
    node.check(address, ...)    what sluiced -t says of this Redis: ("ok" or
                                "wrong", the rest)
    node.status()               status.json, or None if there is none yet
    node.log()                  what the daemon has said since it was first started
    node.decisions("hold", "limit=a", ..)   its lines about this verdict that have
                                all these fields
    node.complaints()           sanitizer reports and crashes; "" is good
    start_group(nodes, policy, *flags)  in one new name space, with one key

The binaries are copied: the repository may lie where the service's user cannot
go. The daemon runs as nobody, never root; SAN says which build is taken. With
LAB_VALGRIND it runs under memcheck, and what that finds is its exit status.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess

from .wait import Timeout, until

USER, GROUP = "nobody", "postfix"
MEMCHECK = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite",
            ] if os.environ.get("LAB_VALGRIND") else []
REPORT = re.compile(r"ERROR: \w*Sanitizer|runtime error:|WARNING: \w*Sanitizer"
                    r"|Assertion .* failed|^==\d+== ")     # the last is memcheck
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build_dir():
    return os.path.join(TOP, "build", os.environ.get("SAN", "none"))


def binary(directory, name):
    """A copy of the built program in the lab; made once."""
    path = os.path.join(directory, "bin", name)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(os.path.join(build_dir(), name), path)
    return path


class Node:
    def __init__(self, procs, directory, name, redis_address):
        self._procs = procs
        self._lab = directory
        self.name = name
        self._dir = os.path.join(directory, name)
        self.policy = os.path.join(self._dir, "policy")
        self.socket = os.path.join(self._dir, "milter.sock")
        self.milter = "unix:" + self.socket
        self.redis_address = redis_address
        self._log = os.path.join(directory, "log", name + ".log")
        self._process = None
        self._crashes = []
        self._generation = 0
        os.mkdir(self._dir, 0o755)
        shutil.chown(self._dir, USER, GROUP)
        self.new_state()

    def new_state(self):
        self._generation += 1
        self.ns = f"lab{self._generation}"
        self.state = os.path.join(self._dir, f"state{self._generation}")
        os.mkdir(self.state, 0o750)
        shutil.chown(self.state, USER, GROUP)

    def write_policy(self, text):
        with open(self.policy, "w") as f:
            f.write(text)
        os.chmod(self.policy, 0o644)

    def start(self, policy=None, *flags, wait=True):
        if policy is not None:
            self.write_policy(policy)
        argv = [*MEMCHECK, binary(self._lab, "sluiced"), "-p", self.policy, "-s", self.milter,
                "-r", self.redis_address, "-d", self.state, "-n", self.ns, *flags]
        self._process = self._procs.start(
            argv, self._log, cwd="/", user=USER, group=GROUP, extra_groups=[],
            umask=0o007)
        if wait:
            until(self._is_listening, "sluiced to listen")
        return self

    def fresh(self, policy, *flags):
        if self._process is not None:
            self.stop()
        self.new_state()
        return self.start(policy, *flags)

    def _is_listening(self):
        if not self._process.is_alive():
            raise Timeout("sluiced ended at start; its log:\n" + self.log())
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.socket)
                return True
            except OSError:
                return False

    def is_alive(self):
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self):
        return self._process.pid

    @property
    def returncode(self):
        return self._process.returncode

    def reload(self, policy=None):
        if policy is not None:
            self.write_policy(policy)
        self._process.tell(signal.SIGUSR1)

    def stop(self):
        process, self._process = self._process, None
        code = process.returncode if not process.is_alive() else process.stop()
        if code != 0:
            self._crashes.append(f"sluiced {self.name} ended with status {code}")
        return code

    def kill9(self):
        self._process.kill9()
        self._process = None

    def environment(self):
        return dict(os.environ, SLUICE_POLICY=self.policy, SLUICE_STATE=self.state,
                    SLUICE_REDIS=self.redis_address, SLUICE_NAMESPACE=self.ns)

    def sluice(self, *args, user=None):
        how = {"user": user, "group": GROUP, "extra_groups": []} if user else {}
        done = subprocess.run([binary(self._lab, "sluice"), *map(str, args)],
                              env=self.environment(), text=True, cwd="/",
                              capture_output=True, timeout=60, **how)
        if REPORT.search(done.stderr):
            self._crashes.append(done.stderr)
        return done

    def check(self, address, *flags):
        done = subprocess.run(
            [binary(self._lab, "sluiced"), "-t", "-p", self.policy, "-d", self.state,
             "-n", self.ns, "-r", address, "--redis-timeout", "1000", *flags],
            cwd="/", text=True, capture_output=True, timeout=60,
            user=USER, group=GROUP, extra_groups=[])
        word, _, text = done.stdout.partition("\nredis ")[2].strip().partition(" ")
        return word, text.strip() + done.stderr

    def status(self):
        try:
            with open(os.path.join(self.state, "status.json")) as f:
                return json.load(f)
        except FileNotFoundError:
            return None

    def log(self):
        try:
            with open(self._log, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def decisions(self, verdict, *fields):
        """A line begins with <N>, the priority for journald."""
        lines = (re.sub("^<.>", "", line).split() for line in self.log().splitlines())
        return [" ".join(words) for words in lines
                if words[:1] == [verdict] and set(fields) <= set(words)]

    def complaints(self):
        if self._process is not None and not self._process.is_alive():
            self._crashes.append(f"sluiced {self.name} ended by itself, "
                                 f"status {self._process.returncode}")
        found = [line for line in self.log().splitlines() if REPORT.search(line)]
        return "\n".join(self._crashes + found)


def start_group(nodes, policy, *flags):
    first = nodes[0].fresh(policy, *flags)
    for node in nodes[1:]:
        if node.is_alive():
            node.stop()
        node.new_state()
        node.ns = first.ns
        key = os.path.join(node.state, "key")
        shutil.copy(os.path.join(first.state, "key"), key)
        shutil.chown(key, USER, GROUP)
        node.start(policy, *flags)
