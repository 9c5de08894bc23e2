#!/usr/bin/python3
"""TLS to a real Redis: who is trusted, and what is said of all others."""
import contextlib
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from lab import run, until  # noqa: E402
from lab.certs import Certs  # noqa: E402
from lab.peer import LOCAL, deliver  # noqa: E402
from lab.policy import policy  # noqa: E402
from lab.ports import free  # noqa: E402

PLAIN, TLS = free(2)


@contextlib.contextmanager
def server(answer):
    """Whoever connects is answered by answer(socket); yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    conn, _ = listener.accept()
                    with conn:
                        answer(conn)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def wait_for_end(conn):
    while conn.recv(4096):
        pass


def hang_up(conn):
    conn.recv(1)


def talk_plainly(conn):
    conn.recv(4096)
    conn.sendall(b"-ERR unknown command\r\n")
    wait_for_end(conn)


def present(lab, certs, name, **options):
    """Redis shows the certificate of that name."""
    lab.redis.stop()
    lab.redis.options.update({
        "port": PLAIN, "tls-port": TLS, "tls-auth-clients": "no",
        "tls-cert-file": certs.pem(name), "tls-key-file": certs.key(name),
        "tls-ca-cert-file": certs.pem("ca"),
        **{k.replace("_", "-"): v for k, v in options.items()}})
    lab.redis.start()


def trusted(t, lab, certs):
    ca, address = certs.pem("ca"), f"127.0.0.1:{TLS}"
    present(lab, certs, "redis")
    with t.test("the right authority and address"):
        t.equal(lab.node.check(address, "--redis-ca", ca), ("ok", address), "redis")
    with t.test("another authority is not trusted"):
        word, text = lab.node.check(address, "--redis-ca", certs.pem("other"))
        t.equal(word, "wrong", text)
        t.has(text, "in certificate chain; give the certificate of who signed it "
              "with --redis-ca", "sentence")
    with t.test("a certificate for another address is not accepted"):
        present(lab, certs, "elsewhere")
        word, text = lab.node.check(address, "--redis-ca", ca)
        t.equal(word, "wrong", text)
        t.has(text, "IP address mismatch; it must name the address of --redis", "sentence")
    with t.test("a certificate for a name alone is not accepted"):
        present(lab, certs, "nameless")
        t.equal(lab.node.check(address, "--redis-ca", ca)[0], "wrong", "redis")


def clients(t, lab, certs):
    ca, address = certs.pem("ca"), f"127.0.0.1:{TLS}"
    own = ["--redis-cert", certs.pem("client"), "--redis-cert-key", certs.key("client")]
    for version in "TLSv1.3", "TLSv1.2":
        present(lab, certs, "redis", tls_auth_clients="yes", tls_protocols=version)
        with t.test(f"{version}: a client that Redis's authority vouches for"):
            t.equal(lab.node.check(address, "--redis-ca", ca, *own)[0], "ok", "redis")
        with t.test(f"{version}: a client without a certificate is told so"):
            word, text = lab.node.check(address, "--redis-ca", ca)
            t.equal(word, "wrong", text)
            t.has(text, "Redis", "sentence")
    present(lab, certs, "redis", tls_auth_clients="yes", tls_protocols="TLSv1.3")
    with t.test("what to give is said"):
        t.has(lab.node.check(address, "--redis-ca", ca)[1], "give --redis-cert", "sentence")
    with t.test("a client that another authority vouches for is refused by Redis"):
        word, text = lab.node.check(address, "--redis-ca", ca, "--redis-cert",
                           certs.pem("stranger"), "--redis-cert-key", certs.key("stranger"))
        t.equal(word, "wrong", text)
        t.has(text, "says Redis; look into its log", "sentence")
    with t.test("a key that belongs to another certificate is refused"):
        word, text = lab.node.check(address, "--redis-ca", ca, "--redis-cert",
                           certs.pem("client"), "--redis-cert-key", certs.key("stranger"))
        t.equal(word, "wrong", text)
        t.has(text, "holds no key in PEM for", "sentence")
    with t.test("a key that all may read is refused"):
        os.chmod(certs.key("client"), 0o644)
        word, text = lab.node.check(address, "--redis-ca", ca, *own)
        os.chmod(certs.key("client"), 0o640)
        t.equal(word, "wrong", text)
        t.has(text, "chmod 0640", "sentence")


def no_tls(t, lab, certs):
    ca = certs.pem("ca")
    present(lab, certs, "redis")
    with t.test("a plain port is named as such"):
        t.has(lab.node.check(f"127.0.0.1:{PLAIN}", "--redis-ca", ca)[1], "tls-port", "sentence")
    with t.test("a TLS port that is spoken to plainly is no Redis, for now"):
        t.equal(lab.node.check(f"127.0.0.1:{TLS}")[1].startswith("away"), True, "away")
    for name, answer, want in (
            ("a peer that speaks something else", talk_plainly, "does not speak TLS"),
            ("a peer that says nothing", wait_for_end, "Redis did not answer in time"),
            ("a peer that hangs up", hang_up, "Redis closed the connection")):
        with t.test(name), server(answer) as address:
            t.has(lab.node.check(address, "--redis-ca", ca)[1], want, "sentence")


def daemon(t, lab, certs):
    flags = ["--redis-ca", certs.pem("ca"), "--redis-cert", certs.pem("client"),
             "--redis-cert-key", certs.key("client")]
    present(lab, certs, "redis", port=0, tls_auth_clients="yes")
    lab.node.stop()
    lab.node.redis_address = f"127.0.0.1:{TLS}"
    with t.test("mail is metered through it"):
        lab.node.start(None, "--verbose", *flags)
        t.equal(deliver(lab.node.milter, LOCAL, queue_id="TLS1").word, "accept", "verdict")
        until(lambda: lab.node.decisions("accept", "id=TLS1"), "the line")
        t.equal(len(lab.node.decisions("accept", "id=TLS1", "store=redis")), 1, "by Redis")
    with t.test("an operator reaches it, too"):
        done = lab.node.sluice("freeze", "--uid", "77", "--reason", "test", *flags)
        t.equal(done.returncode, 0, done.stdout + done.stderr)
    with t.test("a certificate that is renewed is taken at the next connection"):
        certs.authority("ca")
        certs.issue("redis", "ca", "127.0.0.1")
        certs.issue("client", "ca", None)
        present(lab, certs, "redis")
        until(lambda: not lab.node.status()["store"]["is_outage"], "the end of the outage")
        t.equal(deliver(lab.node.milter, LOCAL).word, "accept", "verdict")


def main(t, lab):
    certs = Certs(lab.dir)
    certs.authority("ca")
    certs.authority("other")
    certs.issue("redis", "ca", "127.0.0.1")
    certs.issue("elsewhere", "ca", "127.0.0.2")
    certs.issue("nameless", "ca", None)
    certs.issue("client", "ca", None)
    certs.issue("stranger", "other", None)
    lab.redis.start()
    lab.node.start(policy())
    for part in trusted, clients, no_tls, daemon:
        part(t, lab, certs)


run(main)
