"""Faults at random, from a seed.

    chaos = Chaos(lab.redis, history, seed)     history may be None
    chaos.run(seconds, restart=None)    one fault after another; restart() begins a
                                        node anew, also while Redis is away
    chaos.told                          what was done, in order

Redis must keep its data (KEPT, its options), so that it loses them only where
the history says so.
"""
import contextlib
import random
import time

KEPT = {"appendonly": "yes", "appendfsync": "always", "busy-reply-threshold": "100"}

LOOP = """
local function now() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end
local till = now() + ARGV[1]
repeat until now() > till
"""


class Chaos:
    def __init__(self, redis, history, seed):
        self._redis = redis
        self._history = history
        self._random = random.Random(seed)
        self.told = []
        self._faults = [self.hang, self.die, self.lose, self.fill, self.demote,
                        self.lock, self.busy]

    def run(self, seconds, restart=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._pause(0.1, 2)
            fault = self._random.choice(self._faults + [None] * (restart is not None))
            self.told.append(fault.__name__ if fault else "restart")
            if fault is None:
                restart()
            else:
                fault(restart)

    def _pause(self, least, most):
        time.sleep(self._random.uniform(least, most))

    def _meanwhile(self, restart):
        """While a fault is there; a node may begin anew in it."""
        self._pause(0.1, 1)
        if restart is not None and self._random.random() < 0.25:
            self.told.append("restart")
            restart()
        self._pause(0, 0.6)

    def hang(self, restart=None):
        self._redis.pause()
        self._meanwhile(restart)
        self._redis.resume()

    def die(self, restart=None):
        """And comes back with all that it has answered."""
        self._redis.kill9()
        self._meanwhile(restart)
        self._redis.start()

    def lose(self, restart=None):
        with self._history.lost() if self._history else contextlib.nullcontext():
            self._redis.kill9()
            self._redis.forget()
            self._meanwhile(restart)
            self._redis.start()

    # A node that begins anew refuses to start with a Redis that is unfit.

    def fill(self, _restart=None):
        self._redis.ask("CONFIG", "SET", "maxmemory", "1")
        self._meanwhile(None)
        self._redis.ask("CONFIG", "SET", "maxmemory", "0")

    def demote(self, _restart=None):
        self._redis.ask("REPLICAOF", "127.0.0.1", "1")
        self._meanwhile(None)
        self._redis.ask("REPLICAOF", "NO", "ONE")

    def lock(self, _restart=None):
        """Another password, and whoever is connected must say it."""
        with self._redis.line() as ask:
            ask("CONFIG", "SET", "requirepass", "another")
            ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            self._meanwhile(None)
            ask("CONFIG", "SET", "requirepass", "")

    def busy(self, _restart=None):
        us = int(self._random.uniform(0.2, 1.2) * 1000000)
        self._redis.ask("EVAL", LOOP, "0", us)
