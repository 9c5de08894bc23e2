"""How figures are printed: medians, and ratios of rounds with their extremes."""
import statistics

from measure import METRICS

HEADS = dict(zip(METRICS, ("messages/s", "p50 ms", "p99 ms", "CPU us/message",
                           "Redis us/message")))

# (case, filter to compare with; None: sluiced alone, metric): what is wanted.
WANTED = {
    ("steady", "do-nothing", "rate"): ">= 0.90",
    ("steady", "do-nothing", "cpu_us"): "<= 1.10",
    ("steady", "rspamd", "rate"): ">= 2.30",
    ("steady", None, "redis_us"): "<= 25",
    ("flood of one script", "do-nothing", "rate"): ">= 1.00",
    ("flood of one script", "rspamd", "rate"): ">= 2.00",
    ("200 messages/s", "do-nothing", "p99_ms"): "<= 1.30",
}

WANTED_MEMORY = {"1,000 busy sessions": "<= 8", "10,000 idle sessions": "<= 12"}


def _median(rounds, metric):
    return statistics.median(getattr(r, metric) for r in rounds)


def _wanted(*key):
    return f"   wanted {WANTED[key]}" if key in WANTED else ""


def _print_ratio(case, figures, other, metric):
    pairs = [(getattr(a, metric), getattr(b, metric))
             for a, b in zip(figures["sluiced"], figures[other])]
    ratios = [a / b for a, b in pairs if b > 0]
    if len(ratios) == len(pairs):
        print(f"  sluiced : {other:10}  {HEADS[metric]:16} "
              f"{statistics.median(ratios):5.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
              + _wanted(case, other, metric))


def print_case(case, figures):
    print(f"\n{case}\n  {'':10}" + "".join(f"{HEADS[m]:>17}" for m in METRICS))
    for name, rounds in figures.items():
        print(f"  {name:10}" + "".join(f"{_median(rounds, m):17.2f}" for m in METRICS))
    for other in figures:
        for metric in METRICS:
            if other != "sluiced" and (other, metric) != ("do-nothing", "redis_us"):
                _print_ratio(case, figures, other, metric)
    for metric in METRICS:
        if (case, None, metric) in WANTED:
            print(f"  sluiced  {HEADS[metric]} {_median(figures['sluiced'], metric):.1f}"
                  + _wanted(case, None, metric))
    print(flush=True)


def print_memory(rows):
    print(f"sluiced's memory, MB{'resident':>22}{'its own':>12}")
    for name, row in rows.items():
        want = f"   wanted {WANTED_MEMORY[name]}" if name in WANTED_MEMORY else ""
        print(f"  {name:32}{row['resident_mb']:8.1f}{row['own_mb']:12.1f}{want}")
