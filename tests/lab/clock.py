"""A wall clock that can be set, for processes of ours: clock_shim.c.

    clock = Clock(dir)
    with clock.worn():          what is started in here has this clock
        lab.redis.start()
    clock.set(-3600)            from now on an hour behind, in seconds

libfaketime keeps redis-server from starting.
"""
import contextlib
import os
import subprocess

SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock_shim.c")


class Clock:
    def __init__(self, directory):
        number = sum(name.startswith("clock") for name in os.listdir(directory))
        self._file = os.path.join(directory, f"clock{number}")
        self._library = self._file + ".so"
        self.set(0)
        subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-O2", "-Wall",
                        "-Wextra", "-Werror", "-shared", "-fPIC", "-o", self._library,
                        SHIM], check=True)

    def set(self, seconds):
        with open(self._file + ".new", "w") as f:
            f.write(f"{round(seconds * 1000000)}\n")
        os.rename(self._file + ".new", self._file)

    @contextlib.contextmanager
    def worn(self):
        # A sanitizer wants to be the first library, and can do without.
        ours = {"LD_PRELOAD": self._library, "CLOCK_SHIM": self._file,
                "ASAN_OPTIONS": "verify_asan_link_order=0:" +
                                os.environ.get("ASAN_OPTIONS", "")}
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
