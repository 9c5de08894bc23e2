"""PHP as a web host runs it: user www-data, mail() through sendmail(1).

    php = Php(procs, dir, config_dir)
    php.write("shop.php", "<?php ...")      into the web root; returns the path
    php.run("shop.php", arg, ...)           -> CompletedProcess, text
    php.serve(workers=1)                    -> "http://127.0.0.1:PORT"

mail() passes through `sendmail -C config_dir -t -i`, mail.add_x_header is On.
Files of the web root belong to root, so X-PHP-Originating-Script says 0:NAME,
unless write(.., owner="www-data").
"""
import os
import shutil
import subprocess

from . import ports
from .wait import until

USER = "www-data"


class Php:
    def __init__(self, procs, directory, config_dir):
        self._procs = procs
        self._log = os.path.join(directory, "log", "php.log")
        self.root = os.path.join(directory, "web")
        self.sendmail = f"/usr/sbin/sendmail -C {config_dir}"
        os.mkdir(self.root, 0o755)

    def _argv(self):
        return ["php", "-d", "mail.add_x_header=On", "-d", "display_errors=stderr",
                "-d", f"sendmail_path={self.sendmail} -t -i"]

    def write(self, name, text, owner="root"):
        path = os.path.join(self.root, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o644)
        shutil.chown(path, owner)
        return path

    def run(self, name, *args):
        argv = self._argv() + [os.path.join(self.root, name), *map(str, args)]
        return subprocess.run(argv, user=USER, group=USER, extra_groups=[],
                              cwd=self.root, text=True, capture_output=True)

    def serve(self, workers=1):
        port, = ports.free(1)
        env = dict(os.environ, PHP_CLI_SERVER_WORKERS=str(workers))
        self._procs.start(
            self._argv() + ["-S", f"127.0.0.1:{port}", "-t", self.root],
            self._log, env=env, cwd=self.root, user=USER, group=USER,
            extra_groups=[])
        until(lambda: ports.is_open(port), "php -S to listen")
        return f"http://127.0.0.1:{port}"
