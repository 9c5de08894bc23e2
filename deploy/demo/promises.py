"""Which promises of sluice the demo saw kept, from counts alone.

    judge(seen) -> [(kept, sentence), ...]

seen is what the acts left behind: see Seen.
"""
import dataclasses
import re

ORDER_DELAY_MAX_S = 5


@dataclasses.dataclass
class Seen:
    policy: str                     # its text
    bot: object                     # tally.Stream: contact.php
    orders: object                  # order.php
    thief: object                   # the stolen login
    flood: tuple = (0, 0)           # act 2, from the first offer to the last verdict
    level: tuple = (0, 0)           # of web-host after act 2, and its burst
    charged: int = 0                # local mail accepted until then
    theft: tuple = (0, 0)           # act 3
    freeze_codes: list = dataclasses.field(default_factory=list)
    frozen: tuple = (0, 0)          # freeze had exited 0; thaw had not begun
    escaped: int = 0                # offered in it and delivered before the thaw
    stopped: int = 0                # offered in it
    outage: tuple = (0, 0)          # Redis was dead
    outage_mode: str = ""           # what status.json called it
    late_replies: list = dataclasses.field(default_factory=list)
    end: float = 0                  # of all traffic
    hole: str = ""                  # what sluice check said about a policy with a hole
    hole_code: int = 0
    redis_items: int = 0            # keys and values looked through
    redis_finds: list = dataclasses.field(default_factory=list)
    status: dict = dataclasses.field(default_factory=dict)


def window(policy, limit):
    """(burst, rate a second) of a limit's first window of messages a minute."""
    found = re.search(rf"limit {limit} {{.*?allow\s+(\d+) messages/minute"
                      rf"(?: burst (\d+))?", policy, re.S)
    count = int(found[1])
    return int(found[2] or count), count / 60


def bound(policy, limit, seconds):
    burst, rate = window(policy, limit)
    return int(burst + rate * seconds), f"{burst} + {rate:g}/s * {seconds:.1f} s"


def _limit(seen):
    flood = seen.bot.between(*seen.flood)
    passed = len(flood & seen.bot.passed())
    most, sum_ = bound(seen.policy, "script-mail", seen.flood[1] - seen.flood[0])
    theft = seen.thief.between(*seen.theft)
    stolen = len(theft & seen.thief.told("accepted"))
    most_stolen, stolen_sum = bound(seen.policy, "account", seen.theft[1] - seen.theft[0])
    return (0 < passed <= most and 0 < stolen <= most_stolen,
            f"A limit is a limit. {passed} of {len(flood):,} contact messages were "
            f"accepted; the bound was {sum_} = {most}. {stolen} of {len(theft):,} "
            f"from the stolen login; the bound was {stolen_sum} = {most_stolen}.")


def _all_or_none(seen):
    refused = len(seen.bot.between(*seen.flood) & seen.bot.ever_held)
    level, full = seen.level
    return (refused > 0 and 0 < level <= seen.charged,
            f"A refusal costs nothing. After {refused:,} refused messages the limit "
            f"web-host, which met each of them, stood at {level} of {full} an hour: "
            f"no more than the {seen.charged} that were accepted.")


def _nobody_else(seen):
    orders = {n for span in (seen.flood, seen.outage) for n in seen.orders.between(*span)}
    passed = orders & seen.orders.passed() - seen.orders.ever_held
    slowest = seen.orders.delay_s(orders)
    return (passed == orders and slowest < ORDER_DELAY_MAX_S,
            f"Nobody else suffers. {len(passed)} of {len(orders)} orders placed "
            f"during the floods were delivered, the slowest after {slowest:.1f} s.")


def _frozen(seen):
    codes = [r.code for r in seen.late_replies]
    kept = (seen.freeze_codes and not any(seen.freeze_codes) and seen.stopped > 0
            and not seen.escaped and codes and all(400 <= c < 500 for c in codes))
    return (bool(kept),
            f"Frozen means frozen. {seen.escaped} of {seen.stopped:,} messages left "
            f"while all was frozen. The stolen login was refused {len(codes)} of "
            f"{len(codes)} times after its freeze, also when Redis had forgotten "
            f"everything." if kept else
            f"Frozen means frozen. {seen.escaped} of {seen.stopped:,} messages left "
            f"while all was frozen; sluice freeze exited {seen.freeze_codes}; the "
            f"frozen login was told {codes}.")


def _redis(seen):
    first = min(seen.bot.offered.values(), default=0)
    most, sum_ = bound(seen.policy, "script-mail", seen.end - first)
    passed = len(seen.bot.passed())
    decided = seen.status.get("store", {}).get("decisions", 0)
    return (seen.outage_mode == "outage" and decided > 0
            and passed <= most,
            f"Losing Redis is not losing the limit. {decided:,} verdicts came without "
            f"it, and it returned empty: {passed} contact messages were accepted in "
            f"all; the bound was {sum_} = {most}.")


def _conserved(seen):
    streams = seen.bot, seen.orders, seen.thief
    counts = [s.now() for s in streams]
    offered = sum(c.offered for c in counts)
    ends = [sum(getattr(c, f) for c in counts)
            for f in ("delivered", "queued", "tempfailed", "rejected")]
    wrong = sum(len(s.lost()) + len(s.beyond()) + len(s.doubled)
                + len(s.told("failed")) for s in streams)
    differs = _differences(seen)
    return (offered == sum(ends) and not wrong and not differs,
            f"No mail disappears. {offered:,} offered = {ends[0]:,} delivered + "
            f"{ends[1]:,} in the queues + {ends[2]:,} tempfailed + {ends[3]:,} "
            f"rejected; {wrong or 'none'} lost or doubled. "
            + ("sluiced counted the same." if not differs else
               "sluiced counted otherwise: " + "; ".join(differs) + "."))


def _differences(seen):
    """Where sluiced's own counters say something else."""
    local = seen.bot, seen.orders
    want = {
        ("local", "accept"): sum(len(s.passed() - s.ever_held) for s in local),
        ("local", "hold"): sum(len(s.ever_held) for s in local),
        ("authenticated", "accept"): len(seen.thief.told("accepted")),
        ("authenticated", "tempfail"): len(seen.thief.told("tempfailed")),
    }
    messages = seen.status.get("messages", {})
    got = {k: messages.get(k[0], {}).get(k[1], 0) for k in want}
    return [f"{c} {v} {got[c, v]:,}, here {want[c, v]:,}"
            for c, v in want if got[c, v] != want[c, v]]


def _hole(seen):
    return (seen.hole_code == 1 and "error:" in seen.hole,
            "A policy with a hole does not load. Without its limit web-host: "
            + (re.sub(r"^\S*?(?=[^/\s]+:\d)", "", seen.hole) or "nothing was said") + ".")


def _private(seen):
    return (seen.redis_items > 0 and not seen.redis_finds,
            f"Addresses are not lying around. {seen.redis_items} keys and values in "
            f"Redis hold no address, login or script"
            + (f", except {', '.join(seen.redis_finds)}." if seen.redis_finds else "."))


def judge(seen):
    return [promise(seen) for promise in (
        _limit, _all_or_none, _nobody_else, _frozen, _redis, _conserved, _hole,
        _private)]
