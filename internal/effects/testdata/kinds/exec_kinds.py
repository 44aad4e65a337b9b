import marshal
import os
import pickle
import socket
import sys
import tempfile
import uuid
import secrets
from pathlib import Path

def ev(s):  # want: exec
    return eval(s)

def ex(s):  # want: exec
    exec(compile(s, "<s>", "exec"))

def load(b):  # want: deserialize
    return pickle.loads(b)

def load_file(p):  # want: fs.read! deserialize
    with open(p, "rb") as f:
        return pickle.load(f)

def dump(obj, p):  # want: fs.write!
    with open(p, "wb") as f:
        pickle.dump(obj, f)

def m(b):  # want: deserialize
    return marshal.loads(b)

def serve():  # want: net! listen
    s = socket.socket()
    s.bind(("", 80))
    s.listen()
    conn, _ = s.accept()
    return conn.recv(10)

def ask(host):  # want: net!
    with socket.create_connection((host, 80), timeout=2) as c:
        c.sendall(b"x")
        return c.recv(10)

def quit_():  # want: exit
    os._exit(3)

def paths(p: Path):  # want: fs.read! fs.write!
    p.mkdir(exist_ok=True)
    (p / "x").write_text("a")
    return [q.read_text() for q in p.glob("*.txt")]

def exists(p):  # want: fs.read!
    return Path(p).exists()

def token():  # want: random
    return uuid.uuid4().hex + secrets.token_hex()

def kill(pid):  # want: subprocess
    os.kill(pid, 9)

def out():  # want: stdout
    sys.stdout.write("x")

def name():  # want: fs.write!
    return tempfile.NamedTemporaryFile()
