#!/usr/bin/python3
"""X3: Redis answers, and will not do it.

Each reason in turn: mail is metered from what is known here, `sluice status`
says why, and when it is over Redis is used again and owes nothing.
"""
import os
import shutil
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402
from lab.redis import RedisError  # noqa: E402

LIMIT, BEFORE = 20, 3
KEYS = 12000            # to be loaded, a quarter of a millisecond each


class Password:
    """Changed there; then in the file, too. The file is read anew each time."""
    reason = "WRONGPASS"

    def __init__(self, lab):
        self._redis = lab.redis
        self.file = os.path.join(lab.dir, "password")
        self._write("one")
        self._set("one")

    def _write(self, word):
        with open(self.file, "w") as f:
            f.write(word + "\n")
        os.chmod(self.file, 0o600)
        shutil.chown(self.file, "nobody")

    def _set(self, word):
        self._redis.ask("ACL", "SETUSER", "sluice", "on", "resetpass", ">" + word,
                        "~sluice:*", "+@all")

    def begin(self):
        self._set("two")
        self._redis.ask("CLIENT", "KILL", "USER", "sluice")

    def end(self):
        self._write("two")


class Rights:
    reason = "NOPERM"

    def __init__(self, lab):
        self._redis = lab.redis

    def begin(self):
        self._redis.ask("ACL", "SETUSER", "sluice", "-evalsha")

    def end(self):
        self._redis.ask("ACL", "SETUSER", "sluice", "+evalsha")


class Replica:
    reason = "replica"

    def __init__(self, lab):
        self._redis = lab.redis

    def begin(self):
        self._redis.ask("REPLICAOF", "127.0.0.1", "1")

    def end(self):
        self._redis.ask("REPLICAOF", "NO", "ONE")


class Busy:
    """Somebody's script that does not end."""
    reason = "BUSY"

    def __init__(self, lab):
        self._redis = lab.redis
        self._redis.ask("CONFIG", "SET", "busy-reply-threshold", "100")

    def begin(self):
        self._script = threading.Thread(target=self._run)
        self._script.start()
        until(self._is_busy, "Redis to be busy")

    def _run(self):
        try:
            self._redis.ask("EVAL", "while true do end", "0")
        except (RedisError, OSError):
            pass

    def _is_busy(self):
        try:
            return self._redis.ask("PING") is None
        except RedisError as e:
            return "BUSY" in str(e)

    def end(self):
        self._redis.ask("SCRIPT", "KILL")
        self._script.join()


class Unsaved:
    """It cannot save, and so takes nothing more."""
    reason = "MISCONF"

    def __init__(self, lab):
        self._redis = lab.redis
        self._dir = os.path.dirname(lab.redis.socket)

    def _save(self, want):
        self._redis.ask("BGSAVE")
        until(lambda: b"rdb_last_bgsave_status:" + want in
              self._redis.ask("INFO", "persistence"), "BGSAVE")

    def begin(self):
        self._redis.ask("CONFIG", "SET", "save", "3600 1")
        os.chmod(self._dir, 0o555)
        self._save(b"err")

    def end(self):
        os.chmod(self._dir, 0o700)
        self._save(b"ok")
        self._redis.ask("CONFIG", "SET", "save", "")


class Loading:
    """Started again, with much to read."""
    reason = "LOADING"

    def __init__(self, lab):
        self._redis = lab.redis

    def begin(self):
        self._redis.ask("EVAL", f"for i = 1, {KEYS} do redis.call('SET', 'key' .. i, i) end",
                        "0")
        self._redis.ask("SAVE")
        self._redis.ask("ACL", "SAVE")
        self._redis.kill9()
        self._redis.options.update({
            "key-load-delay": "200", "loading-process-events-interval-bytes": "1024"})
        self._start = threading.Thread(target=self._redis.start)
        self._start.start()

    def end(self):
        self._start.join()


CASES = [("its password has changed", Password), ("this user may not", Rights),
         ("it has become a replica", Replica), ("it is busy", Busy),
         ("it cannot save", Unsaved), ("it is loading", Loading)]


def refuse(t, lab, f, case, client):
    t.equal(f.send(client, BEFORE), ["accept"] * BEFORE, "verdicts before")
    case.begin()
    f.send(client, LIMIT)
    t.equal(f.admitted(client), LIMIT, "admitted")
    f.awaits_outage(case.reason)
    case.end()
    f.awaits_redis()
    until(lambda: f.charged(lab.redis, LIMIT)[-1] == LIMIT, "the charges")
    t.equal(f.send(client, 1), ["tempfail"], "verdict afterwards")


def keep_users(redis):
    """Over a restart, as the data."""
    path = os.path.join(os.path.dirname(redis.socket), "users.acl")
    with open(path, "w"):
        pass
    shutil.chown(path, "nobody")
    redis.options["aclfile"] = path


def main(t, lab):
    keep_users(lab.redis)
    lab.redis.start()
    made = [(name, case(lab)) for name, case in CASES]
    lab.node.start(policy_of(LIMIT), "--redis-user", "sluice",
                   "--redis-password-file", made[0][1].file)
    f = Fault(t, lab.node)
    for number, (name, case) in enumerate(made):
        with t.test(name):
            refuse(t, lab, f, case, f"127.0.0.{9 + number}")
    with t.test("Redis knows of all that was admitted, and of nothing else"):
        t.equal(f.charged(lab.redis, LIMIT), [LIMIT] * len(made), "charges")
    with t.test("no verdict was late, and nothing has grown"):
        f.conclude()


run(main)
