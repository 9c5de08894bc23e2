"""The milters that are compared, on one Redis: a socket, and its processes.

    filters = [Floor(lab), Sluice(lab), Rspamd(lab)]
    f.start()
    f.milter            the socket, as milterload takes it
    f.cpu_us()          processor time of all its processes so far

All of them run as nobody. Each is given the limits that the cases call for, in
its own words; none of them refuses in a case but the flood's.
"""
import os
import shutil
import socket

from lab.sluiced import binary
from lab.wait import until

TICK_US = 1000000 // os.sysconf("SC_CLK_TCK")
USER = {"user": "nobody", "group": "postfix", "extra_groups": [], "umask": 0o007}

POLICY = """
own networks { 127.0.0.0/8 }

limit sender {
	for   relayed mail
	by    sender
	allow 1000 messages/minute, 20000 messages/hour, 100000 messages/day
	else  tempfail
}
limit host {
	for   relayed mail
	by    client
	allow 1000000 messages/minute, 10000000 messages/hour
	else  tempfail
}
limit script {
	for   local mail
	by    script
	allow 10 messages/second burst 100, 30000 messages/hour, 500000 messages/day
	else  hold
}
limit machine {
	for   local mail
	by    listener
	allow 1000000 messages/minute, 10000000 messages/hour
	else  hold
}
limit account {
	for   authenticated mail
	by    login
	allow 1000 messages/minute
	else  tempfail
}
"""

RSPAMD = """
options {{
	filters = ""; disable_hyperscan = true; soft_reject_on_timeout = false;
	tempdir = "{dir}"; pidfile = "{dir}/pid"; control_socket = "{dir}/control";
	url_tld = "{dir}/tld";
	dns {{ nameserver = ["127.0.0.1:1"]; }}
}}
logging {{ type = "console"; level = "error"; }}
worker "rspamd_proxy" {{
	bind_socket = "{dir}/milter.sock mode=0666";
	count = 2; milter = yes; timeout = 120s;
	upstream "local" {{ default = yes; self_scan = yes; }}
}}
modules {{ path = "/usr/share/rspamd/plugins/ratelimit.lua"; }}
redis {{ servers = "{redis}"; }}
ratelimit {{
	max_rate_mult = 1; max_bucket_mult = 1;
	rates {{
		sender {{ selector = 'from("smtp")';
			bucket {{ burst = 1000000; rate = "1000000 / 1s"; }} }}
		domain {{ selector = 'from("smtp"):domain';
			bucket {{ burst = 1000000; rate = "1000000 / 1s"; }} }}
		script {{ selector = 'header("X-PHP-Originating-Script")';
			bucket {{ burst = 100; rate = "10 / 1s"; }} }}
	}}
}}
"""


def _stat(pid):
    """The words of /proc/PID/stat after the program's name; [] if it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()
    except OSError:
        return []


def _session_cpu_us(leader):
    """Of all processes of the session: state ppid pgrp session .. utime stime."""
    words = (_stat(pid) for pid in os.listdir("/proc") if pid.isdigit())
    return sum((int(w[11]) + int(w[12])) * TICK_US
               for w in words if w and int(w[3]) == leader)


def _is_listening(path):
    with socket.socket(socket.AF_UNIX) as s:
        try:
            s.connect(path)
            return True
        except OSError:
            return False


class Filter:
    name = ""

    def __init__(self, lab):
        self.lab = lab
        self.dir = os.path.join(lab.dir, self.name)
        self.socket = os.path.join(self.dir, "milter.sock")
        self.milter = "unix:" + self.socket

    def _start(self, argv):
        log = os.path.join(self.lab.dir, "log", self.name + ".log")
        process = self.lab.procs.start(argv, log, cwd="/", **USER)
        self.pid = process.pid
        until(lambda: _is_listening(self.socket), self.name + " to listen",
              deadline_s=120)

    def _make_dir(self):
        os.mkdir(self.dir, 0o755)
        shutil.chown(self.dir, "nobody", "postfix")

    def cpu_us(self):
        return _session_cpu_us(self.pid)


class Floor(Filter):
    name = "do-nothing"

    def start(self):
        self._make_dir()
        self._start([binary(self.lab.dir, "floor"), self.milter])


class Sluice(Filter):
    name = "sluiced"

    def __init__(self, lab):
        super().__init__(lab)
        self.milter = lab.node.milter

    def start(self):
        self.lab.node.start(POLICY)
        self.pid = self.lab.node.pid


class Rspamd(Filter):
    name = "rspamd"

    def start(self):
        self._make_dir()
        conf = os.path.join(self.dir, "rspamd.conf")
        with open(conf, "w") as f:
            f.write(RSPAMD.format(dir=self.dir, redis=self.lab.redis.socket))
        # The whole list of top-level domains would be compiled for a minute.
        with open(os.path.join(self.dir, "tld"), "w") as f:
            f.write("com\nexample\n")
        self._start(["rspamd", "-f", "-c", conf, "--var=DBDIR=" + self.dir,
                     "--var=RUNDIR=" + self.dir])
