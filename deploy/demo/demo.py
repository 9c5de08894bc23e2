#!/usr/bin/python3
"""demo.py - the Monday of a web shop, in about a minute. `make demo` runs it.

A private Redis, Postfix and sluiced with deploy/policies/shop.policy, and a
shop in PHP whose contact form lets anybody pass. Everything lies in one
temporary directory, keeps to loopback, and is gone afterwards. Exit status 0
only if every promise was kept; all figures come from the sink, the queues and
the replies.
"""
import os
import re
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(TOP, "tests")]

from lab import Lab, Timeout, until                             # noqa: E402
from promises import Seen, judge                                # noqa: E402
from screen import Watch, act, command, note, say, table, verdict  # noqa: E402
from tally import Tally                                         # noqa: E402
from traffic import Bot, Orders, Thief, attempt                 # noqa: E402

LOGIN = "anna", "sesame"
ADDRESS = "anna@example.test"
PERSONAL = b"example.test", b"elsewhere.test", b"home.test", b"anna", b".php"


class Demo:
    def __init__(self, lab, tally):
        self.lab = lab
        self.node = lab.node
        with open(os.path.join(TOP, "deploy/policies/shop.policy")) as f:
            policy = f.read()
        self.tally = tally
        self.bot = tally.stream("contact.php")
        self.orders = tally.stream("order.php")
        self.thief = tally.stream("anna (SMTP)")
        self.seen = Seen(policy, self.bot, self.orders, self.thief)

    def open(self):
        for name in sorted(os.listdir(os.path.join(HERE, "shop"))):
            with open(os.path.join(HERE, "shop", name)) as f:
                self.lab.php.write(name, f.read(), owner="www-data")
        self.lab.redis.start()
        self.node.start(self.seen.policy)
        self.lab.postfix.user(*LOGIN)
        self.lab.postfix.start()
        self.url = self.lab.php.serve(workers=4)
        self.port = self.lab.postfix.submission_port

    def quiet(self):
        act(1, "A quiet minute, in short",
            "Customers order teapots. Each order sends a confirmation through PHP "
            "mail(), sendmail(1) and Postfix, past sluiced, to a sink.")
        Watch([self.bot, self.orders]).run(4)

    def flood(self):
        act(2, "A bot finds the contact form",
            "Its CAPTCHA has let everybody pass since the upgrade of PHP. Over its "
            "limit the form's mail is held; that of the order page goes on.")
        start = time.monotonic()
        with Bot(self.bot, self.url):
            Watch([self.bot, self.orders]).run(15)
        self.tally.settle()
        self.seen.flood = start, time.monotonic()
        self.read_level()

    def read_level(self):
        """How full the web host's bucket is, for promise 2."""
        text = self.node.sluice("explain", "--script", "33:order.php").stdout
        level = re.search(r"limit +web-host,.*?recipients/\S+ +level (\d+)/(\d+)", text, re.S)
        if level:
            self.seen.level = int(level[1]), int(level[2])
        self.seen.charged = len(self.bot.passed()) + len(self.orders.passed())

    def theft(self):
        act(3, "A thief has Anna's password",
            "He floods the submission port under her login. Over the limit he is "
            "told to try again later. Then her login is frozen.")
        start = time.monotonic()
        with Thief(self.thief, self.port, LOGIN):
            Watch([self.thief, self.orders]).run(8)
        self.seen.theft = start, time.monotonic()
        done = command(self.node, "freeze", "--login", ADDRESS,
                       "--reason", "password stolen, ticket 4710")
        self.seen.freeze_codes.append(done.returncode)
        self.try_thief()

    def try_thief(self, tell=say):
        reply = attempt(self.thief, self.port, LOGIN)
        self.seen.late_replies.append(reply)
        tell(f"The thief tries again, and is told: {reply.code} {reply.text}")

    def freeze(self):
        act(4, "Stop everything",
            "The switch for the worst hour. While all is frozen nothing leaves: "
            "orders wait in the hold queue, and go out after the thaw.")
        done = command(self.node, "freeze", "--all",
                       "--reason", "spam run, ticket 4711")
        self.seen.freeze_codes.append(done.returncode)
        start = time.monotonic()
        with Bot(self.bot, self.url):
            Watch([self.bot, self.orders]).run(6)
        self.tally.settle()
        end = time.monotonic()
        self.seen.frozen = start, end
        for s in self.bot, self.orders:
            inside = s.between(start, end)
            self.seen.stopped += len(inside)
            self.seen.escaped += len(inside & s.passed())
        command(self.node, "freezes")
        command(self.node, "thaw", "all", "--reason", "form taken down")
        self.next_order(time.monotonic())
        self.release()

    def next_order(self, since):
        def is_delivered():
            return self.orders.between(since, time.monotonic()) & set(self.orders.delivered)
        until(is_delivered, "the next order to go through")
        say("The next order has gone through.")

    def release(self):
        self.tally.settle()
        waiting = dict(self.orders.held)
        for queue_id in waiting.values():
            self.lab.postfix.release(queue_id)
        until(lambda: set(waiting) <= set(self.orders.delivered), "held orders to go out")
        say(f"{len(waiting)} orders that had waited were released with postsuper -H "
            f"and are delivered; the bot's mail stays where it is.")

    def outage(self):
        act(5, "Redis dies in the middle of a flood",
            "The bot is back. sluiced goes on from memory, from the levels it knew; "
            "what was frozen stays frozen. Then Redis returns, with nothing in it.")
        self.look_into_redis()
        watch = Watch([self.bot, self.orders])
        with Bot(self.bot, self.url):
            watch.run(3)
            start = time.monotonic()
            self.lab.redis.kill9()
            note("Redis is killed with kill -9.")
            watch.run(5)
        self.tally.settle()
        self.seen.outage = start, time.monotonic()
        self.seen.outage_mode = self.node.status()["mode"]
        note(f"sluice status calls this: {self.seen.outage_mode}.")
        self.try_thief(note)
        self.lab.redis.start()
        note("Redis is back, and empty.")
        with Bot(self.bot, self.url):
            watch.run(4)
        self.try_thief(note)

    def look_into_redis(self):
        """Every key and value that Redis holds, for promise 8."""
        read = {b"string": ("GET",), b"list": ("LRANGE", 0, -1), b"hash": ("HGETALL",),
                b"set": ("SMEMBERS",), b"zset": ("ZRANGE", 0, -1)}
        ask = self.lab.redis.ask
        for key in ask("KEYS", "*"):
            verb, *more = read[ask("TYPE", key)]
            value = ask(verb, key, *more)
            values = value if isinstance(value, list) else [value]
            for item in [key, *filter(None, values)]:
                self.seen.redis_items += 1
                self.seen.redis_finds += [w.decode() for w in PERSONAL if w in item]

    def hole(self):
        text = re.sub(r"limit web-host \{.*?\n\}\n", "", self.seen.policy, flags=re.S)
        path = os.path.join(self.lab.dir, "hole.policy")
        with open(path, "w") as f:
            f.write(text)
        done = self.node.sluice("check", path)
        self.seen.hole_code = done.returncode
        errors = [x for x in (done.stderr + done.stdout).splitlines() if "error:" in x]
        self.seen.hole = errors[0] if errors else ""

    def end(self):
        self.tally.settle()
        self.seen.end = time.monotonic()
        self.hole()
        written = self.node.status()["written"]
        until(lambda: self.node.status()["written"] > written, "a last status")
        self.seen.status = self.node.status()

    def run(self):
        self.open()
        with Orders(self.orders, self.url, every_s=1.5):
            for part in self.quiet, self.flood, self.theft, self.freeze, self.outage:
                part()
        self.end()

    def verdict(self):
        print("\nWhat became of it all")
        table([(s.name, s.now()) for s in self.tally.streams()])
        results = judge(self.seen)
        for i, (is_kept, sentence) in enumerate(results, 1):
            verdict(is_kept, f"{i}. {sentence}")
        broken = sum(not is_kept for is_kept, _ in results)
        print(f"\nPromises kept: {len(results) - broken} of {len(results)}.")
        return 1 if broken else 0


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print("sluice: the Monday of a web shop, in about a minute")
    with Lab() as lab:
        tally = Tally(lab.sink, os.path.join(lab.dir, "queue"))
        say(f"All of it runs on loopback, in {lab.dir}, and is gone afterwards.")
        try:
            demo = Demo(lab, tally)
            demo.run()
            return demo.verdict()
        except Timeout as e:
            print(f"\nGiven up: {e}. The last that sluiced said:\n{lab.node.log()[-2000:]}")
            return 1
        finally:
            tally.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped. Everything is cleaned up.")
        sys.exit(130)
    except PermissionError as e:
        sys.exit(f"demo.py: {e}; try: make demo")
