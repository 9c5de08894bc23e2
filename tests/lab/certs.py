"""Certificates that are good for a day, made by openssl(1).

    certs = Certs(dir)
    certs.authority("ca")               dir/ca.pem and dir/ca.key
    certs.issue("redis", "ca", "127.0.0.1")     for an address; None: for none
    certs.pem("redis") certs.key("redis")       their paths

The keys are open to the group of the service alone.
"""
import os
import shutil
import subprocess

USER, GROUP = "nobody", "nogroup"


class Certs:
    def __init__(self, directory):
        self._dir = os.path.join(directory, "certs")
        os.mkdir(self._dir, 0o755)

    def pem(self, name):
        return os.path.join(self._dir, name + ".pem")

    def key(self, name):
        return os.path.join(self._dir, name + ".key")

    def _make(self, name, *more):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", f"/CN={name}",
             "-keyout", self.key(name), "-out", self.pem(name), *more],
            check=True, capture_output=True)
        shutil.chown(self.key(name), USER, GROUP)
        os.chmod(self.key(name), 0o640)

    def authority(self, name):
        self._make(name)

    def issue(self, name, authority, address):
        names = ["-addext", f"subjectAltName=IP:{address}"] if address else []
        self._make(name, "-CA", self.pem(authority), "-CAkey", self.key(authority),
                   "-addext", "basicConstraints=critical,CA:FALSE", *names)
