"""A private Postfix instance.

    pf = Postfix(procs, dir, sink_port, milter)     milter: "unix:/path"
    pf.user("alice", "secret")  a SASL login, alice@example.test; before start
    pf.start() stop()
    pf.relay_port               smtpd for clients without a login
    pf.submission_port          smtpd with SASL AUTH
    pf.config_dir               for sendmail -C
    pf.sendmail(sender, rcpts, marker, headers=, user="www-data") -> exit status
    pf.queue()                  postqueue -j: a list of dicts
    pf.held()                   those in the hold queue
    pf.maildrop()               how many files wait for pickup
    pf.count_held(text)         how many of them hold this text
    pf.settle()                 waits until all mail is delivered or held
    pf.release(queue_id)        out of the hold queue
    pf.log()                    the mail log so far

pickup has a cleanup service of its own that shows milters the submitter's uid
(F21). A dead milter holds local mail and tempfails SMTP (F35, F43). All mail
goes to the sink; nothing leaves 127.0.0.1.
"""
import json
import os
import shutil
import subprocess

from . import alternate, ports, postfix_conf, smtp
from .wait import Timeout, until

DOMAIN = "example.test"
QUEUES = [(name, "postfix", "root", 0o700) for name in (
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold",
    "incoming", "private", "saved", "trace")]
QUEUES += [("maildrop", "postfix", "postdrop", 0o730),
           ("public", "postfix", "postdrop", 0o710), ("pid", "root", "root", 0o755)]


class Postfix:
    def __init__(self, procs, directory, sink_port, milter):
        self._procs = procs
        self._sink_port = sink_port
        self._milter = milter
        self.config_dir = os.path.join(directory, "etc")
        self._queue_dir = os.path.join(directory, "queue")
        self._data = os.path.join(directory, "data")
        self._maillog = os.path.join(directory, "log", "maillog")
        self._stderr = os.path.join(directory, "log", "master.log")
        self._sasl_db = os.path.join(self._data, "sasldb2")
        self.relay_port = self.submission_port = self._process = None
        for d in self.config_dir, self._queue_dir, self._data:
            os.mkdir(d, 0o755)
        shutil.chown(self._data, "postfix")
        self._make_queues()

    def _make_queues(self):
        """As `postfix check` would, which takes two seconds."""
        for name, owner, group, mode in QUEUES:
            path = os.path.join(self._queue_dir, name)
            os.mkdir(path)
            shutil.chown(path, owner, group)
            os.chmod(path, mode)

    def user(self, name, password):
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", self._sasl_db,
                        "-u", DOMAIN, name], input=password + "\n", text=True,
                       check=True, capture_output=True)
        shutil.chown(self._sasl_db, "postfix")

    def start(self):
        for _ in range(3):
            self.relay_port, self.submission_port = ports.free(2)
            self._configure()
            try:
                return self._start()
            except Timeout:         # somebody took the port meanwhile
                self._process.kill9()
        raise Timeout("Postfix does not start; its log:\n" + self.log())

    def _configure(self):
        postfix_conf.write(
            self.config_dir, queue=self._queue_dir, data=self._data,
            log=self._maillog, sasl_db=self._sasl_db, domain=DOMAIN,
            sink=self._sink_port, milter=self._milter, relay=self.relay_port,
            submission=self.submission_port)
        alternate.add(self.config_dir)

    def _start(self):
        argv = ["/usr/lib/postfix/sbin/master", "-s", "-c", self.config_dir]
        self._process = self._procs.start(argv, self._stderr)
        until(self._is_listening, "Postfix to listen", 10)
        return self

    def _is_listening(self):
        if not self._process.is_alive():
            raise Timeout("master ended")
        return ports.is_open(self.relay_port) and ports.is_open(self.submission_port)

    def stop(self):
        self._process.stop()

    def remove(self):
        """Undoes what start did outside the lab's directory."""
        alternate.remove(self.config_dir)

    def _run(self, program, *args, **how):
        return subprocess.run([program, "-c", self.config_dir, *args], check=True,
                              text=True, capture_output=True, **how).stdout

    def sendmail(self, sender, rcpts, marker="m", headers=None, user="www-data"):
        text = smtp.message(sender, marker, headers).replace("\r\n", "\n")
        argv = ["/usr/sbin/sendmail", "-C", self.config_dir, "-i", "-f", sender, *rcpts]
        return subprocess.run(argv, input=text, text=True, user=user, group=user,
                              extra_groups=[], cwd="/").returncode

    def queue(self):
        return [json.loads(line) for line in self._run("postqueue", "-j").splitlines()]

    def held(self):
        return [m for m in self.queue() if m["queue_name"] == "hold"]

    def _files(self, name):
        top = os.path.join(self._queue_dir, name)
        return sum(len(files) for _, _, files in os.walk(top))

    def maildrop(self):
        return self._files("maildrop")

    def waiting(self):
        """A message moves through the directories in this order, so none is
        overlooked."""
        return {d: n for d in ("maildrop", "incoming", "active", "deferred")
                if (n := self._files(d))}

    def settle(self):
        until(lambda: not self.waiting(), f"the queues of {self._queue_dir} to empty")

    def count_held(self, text):
        count = 0
        for entry in os.scandir(os.path.join(self._queue_dir, "hold")):
            with open(entry, "rb") as f:
                count += text.encode() in f.read()
        return count

    def release(self, queue_id):
        self._run("postsuper", "-H", queue_id)

    def log(self):
        try:
            with open(self._maillog, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""
