"""A private mail site for tests: Postfix, PHP, Redis and sluiced on loopback.

    from lab import run

    def main(t, lab):
        lab.redis.start()
        lab.postfix.start()
        lab.node.start(POLICY)
        with t.test("mail() over the limit is held"):
            ...
            t.equal(len(lab.postfix.held()), 3, "held messages")

    run(main)

One module a part; each docstring is the interface. Standard library only,
root, Debian's packages. All state lies in one temporary directory.
"""
from .lab import Lab, run
from .wait import Timeout, until

__all__ = ["Lab", "Timeout", "run", "until"]
