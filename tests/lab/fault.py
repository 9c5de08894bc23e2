"""What has to be true whatever Redis does, for the tests of tests/faults.

    policy_of(n)            relayed mail, n messages a day for each client
    f = Fault(t, node)      the node uses Redis by now; its threads and descriptors
                            are counted
    f.send(client, n)       -> verdicts, one a message; client: "127.0.0.9"
    f.crowd(clients, n)     so many from each, all at once
    f.sent(client) f.admitted(client)
    f.charged(redis)        -> what Redis thinks was admitted, by bucket, sorted
    f.is_outage()           by now
    f.awaits_outage("why")  which stands in `sluice status`
    f.awaits_redis()        Redis is in use again, by itself
    f.has_not_grown()       as many threads and descriptors as at first, soon
    f.conclude()            no verdict was late, nothing has grown; says how slow
"""
import os
import struct
import threading
import time

from .peer import SMTP, deliver
from .policy import policy
from .wait import until

DAY_US = 86400 * 1000000
# Half of a second would do; a machine that others use, too, has its pauses.
LATEST_S = 2


def policy_of(n, more=""):
    return policy(f"""
{more}
limit daily {{
	for   relayed mail
	by    client
	allow {n} messages/day
	else  tempfail
}}
""")


class Fault:
    def __init__(self, t, node):
        self._t = t
        self.node = node
        self._verdicts = {}
        self.slowest_s = 0
        self.awaits_redis()
        self._size = self._settled()

    def _measure(self):
        """Threads and descriptors."""
        return [len(os.listdir(f"/proc/{self.node.pid}/{what}")) for what in ("task", "fd")]

    def _settled(self):
        """As it is when nothing has changed for a while."""
        seen = []

        def is_same():
            seen.append(self._measure())
            return seen[-20:] == [seen[-1]] * 20
        until(is_same, "threads and descriptors to stay as they are")
        return seen[-1]

    def send(self, client, n=1):
        words = []
        for _ in range(n):
            begin = time.monotonic()
            words.append(deliver(self.node.milter, {**SMTP, "client": client}).word)
            self.slowest_s = max(self.slowest_s, time.monotonic() - begin)
        self._verdicts.setdefault(client, []).extend(words)
        return words

    def crowd(self, clients, n):
        threads = [threading.Thread(target=self.send, args=(client,))
                   for _ in range(n) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def sent(self, client):
        return len(self._verdicts.get(client, []))

    def admitted(self, client):
        return self._verdicts.get(client, []).count("accept")

    def charged(self, redis, per_day):
        seconds, us = redis.ask("TIME")
        now, interval = int(seconds) * 1000000 + int(us), -(-DAY_US // per_day)
        levels = []
        for key in redis.ask("KEYS", f"sluice:{{{self.node.ns}}}:bucket:*"):
            value = redis.ask("GET", key) or b""
            levels += [max(0, -((now - int(full)) // interval))
                       for _, one, _, full in struct.iter_unpack("<4d", value)
                       if one == interval]
        return sorted(levels)

    def is_outage(self):
        """Also by the log: the status file is up to a second old."""
        log, status = self.node.log(), self.node.status()
        return (status is None or status["store"]["is_outage"] or
                log.rfind("outage begin") > log.rfind("outage end"))

    def awaits_outage(self, why):
        until(lambda: why in (self.node.status()["store"]["reason"] or ""),
              f"an outage for this reason: {why}")
        self._t.has(self.node.sluice("status").stdout, why, "sluice status")

    def awaits_redis(self):
        until(lambda: not self.is_outage(), "Redis to be used", step_s=0.05)

    def conclude(self):
        self._t.note(f"slowest verdict: {self.slowest_s * 1000:.0f} ms")
        self._t.at_most(self.slowest_s, LATEST_S, "the slowest verdict, in s")
        self.has_not_grown()

    def has_not_grown(self):
        self._t.equal(self._settled(), self._size, "threads and descriptors")
