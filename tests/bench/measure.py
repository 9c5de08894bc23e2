"""One run of milterload against one filter, and what it cost.

    run(lab, filter, args) -> Figures
"""
import collections
import json
import os
import subprocess

from lab.sluiced import build_dir

LONGEST_S = 900
METRICS = ("rate", "p50_ms", "p99_ms", "cpu_us", "redis_us")
Figures = collections.namedtuple("Figures", METRICS)


class WentWrong(Exception):
    """A reply did not come, or not well formed: there is nothing to compare."""


def _redis_cpu_us(lab):
    fields = dict(line.split(":", 1) for line in
                  lab.redis.ask("INFO", "cpu").decode().split() if ":" in line)
    return 1e6 * sum(float(fields["used_cpu_" + part]) for part in ("user", "sys"))


def load(milter, *args):
    argv = [os.path.join(build_dir(), "milterload"), "-j", "-s", milter, *map(str, args)]
    done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, timeout=LONGEST_S)
    result = json.loads(done.stdout)
    if result["errors"] or not result["messages"]:
        raise WentWrong(f"{milter}: {result}")
    return result


def run(lab, filter_, args):
    cpu, redis = filter_.cpu_us(), _redis_cpu_us(lab)
    result = load(filter_.milter, *args)
    n = result["messages"]
    return Figures(result["msg_per_s"], result["p50_us"] / 1e3, result["p99_us"] / 1e3,
                   (filter_.cpu_us() - cpu) / n, (_redis_cpu_us(lab) - redis) / n)
