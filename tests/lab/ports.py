"""Free ports on loopback.

    free(n)         n different ports that nobody listens on right now
    is_open(port)   somebody accepts connections there
"""
import contextlib
import socket


def free(n):
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(n):
            s = stack.enter_context(socket.socket())
            s.bind(("127.0.0.1", 0))
            ports.append(s.getsockname()[1])
        return ports


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False
