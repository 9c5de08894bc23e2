"""Waiting for a condition, with a generous deadline; never a bare sleep.

    until(lambda: ..., "what is awaited")   returns the first true value
"""
import time

DEADLINE_S = 30


class Timeout(Exception):
    """The condition did not come true in time."""


def until(condition, what, deadline_s=DEADLINE_S, step_s=0.01):
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Timeout(f"waited {deadline_s} s for {what}; last: {value!r}")
        time.sleep(step_s)
