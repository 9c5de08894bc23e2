#!/usr/bin/python3
"""X4: what comes from Redis is slow, broken or somebody else's.

A proxy between sluiced and Redis plays that. Whatever comes, the verdict is in
time and of this message: one sender has used all he may and the other nothing,
so that an answer that went to the wrong one would be seen.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.fault import Fault, policy_of  # noqa: E402
from lab.proxy import Proxy  # noqa: E402

LIMIT = 20
OVER = "127.0.0.9"
IN_TIME = "Redis did not answer in time"


def drip(client, replies):
    for byte in b"".join(replies):
        client.sendall(bytes([byte]))
        time.sleep(0.05)


def half(client, replies):
    answer = b"".join(replies)
    client.sendall(answer[:len(answer) // 2])


def half_and_close(client, replies):
    half(client, replies)
    raise ConnectionError


def kind(client, replies):
    client.sendall(b":1\r\n" * len(replies))


def late(client, replies):
    time.sleep(0.5)
    client.sendall(b"".join(replies))


def twice(client, replies):
    client.sendall(b"".join(replies) * 2)


def text(client, _replies):
    client.sendall(b"$1073741824\r\n")
    while True:
        client.sendall(b"x" * 65536)


def array(client, _replies):
    client.sendall(b"*100000000\r\n")


def garbage(client, _replies):
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


class Others:
    """To each the answer that the one before him should have had."""

    def __init__(self):
        self._before = None

    def __call__(self, client, replies):
        answers = ([self._before or replies[-1]] + replies)[:len(replies)]
        self._before = replies[-1]
        client.sendall(b"".join(answers))


class Swapped:
    """Slow, so that the next ones come together; then in a wrong order."""

    def __call__(self, client, replies):
        time.sleep(0.05)
        client.sendall(b"".join(replies[::-1]))


ODD, MORE = "Redis did not answer as take.lua does", "Redis answered more than was asked"
CLOSED, NOT_REDIS = "Redis closed the connection", "Redis spoke something else"
LIES = [
    ("a byte each 50 ms", drip, IN_TIME),
    ("half an answer", half, IN_TIME),
    ("half an answer, and the end", half_and_close, CLOSED),
    ("an answer of another kind", kind, ODD),
    ("an answer after its time", late, IN_TIME),
    ("an answer twice", twice, MORE),
    ("a text without end", text, "Redis"),
    ("a hundred million answers", array, "Redis"),
    ("what is no answer", garbage, NOT_REDIS),
    ("the answer of another", Others(), ODD),
    ("answers in another order", Swapped(), ODD),
]


def lie(t, f, proxy, number, fault, reason):
    log = len(f.node.log())
    fresh, crowd = f"127.0.0.{100 + number}", f"127.0.0.{200 + number}"
    proxy.fault, proxy.told = fault, 0
    f.crowd([OVER, fresh, crowd], 4)
    t.equal([f.admitted(fresh), f.admitted(crowd)], [4, 4], "admitted of who may")
    t.equal(f.admitted(OVER), LIMIT, "admitted of who may not")
    t.at_least(proxy.told, 1, "answers that were no answers")
    until(lambda: reason in f.node.log()[log:], f"the reason in the log: {reason}")
    t.note(f"{f.slowest_s * 1000:.0f} ms")
    proxy.fault = None
    f.awaits_redis()


def main(t, lab):
    lab.redis.start()
    proxy = Proxy(os.path.join(lab.dir, "proxy.sock"), lab.redis.socket)
    lab.node.redis_address = proxy.address
    lab.node.start(policy_of(LIMIT))
    f = Fault(t, lab.node)
    f.send(OVER, LIMIT)
    for number, (name, fault, reason) in enumerate(LIES):
        with t.test(name):
            lie(t, f, proxy, number, fault, reason)
    with t.test("Redis has heard of all that was admitted"):
        until(lambda: len(f.charged(lab.redis, LIMIT)) == 1 + 2 * len(LIES), "all buckets")
        until(lambda: min(f.charged(lab.redis, LIMIT)) >= 4, "all charges")
        t.note(f"charged: {f.charged(lab.redis, LIMIT)}")
    with t.test("no verdict was late, and nothing has grown"):
        f.conclude()
    proxy.close()


run(main)
