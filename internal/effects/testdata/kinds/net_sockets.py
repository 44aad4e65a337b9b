import contextlib
import socket


def probe(host, port):  # want: net!
    with contextlib.closing(socket.create_connection((host, port), 2)) as conn:
        conn.sendall(b"PING\r\n")
        return conn.recv(64)


def resolve(host):  # want: net!
    return socket.gethostbyname(host)


def is_alive(host, port=6379):  # want: net!
    try:
        return probe(host, port).startswith(b"+PONG")
    except OSError:
        return False
