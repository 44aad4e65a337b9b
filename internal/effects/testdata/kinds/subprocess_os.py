import os
import shutil
import subprocess as sp
import glob
import sys

def a():  # want: subprocess!
    return sp.check_output(["ls"])
def b():  # want: subprocess!
    p = sp.Popen(["ls"])
    return p.communicate()
def c():  # want: subprocess! stdout
    with sp.Popen(["x"], stdout=sp.PIPE) as p:
        for line in p.stdout:
            print(line)
def d():  # want: subprocess!
    return os.popen("ls").read()
def e():  # want: fs.write!
    shutil.copy("a", "b")
def f():  # want: fs.read!
    for root, dirs, files in os.walk("."):
        yield files
def g():  # want: fs.read!
    return glob.glob("*.py")
def h():  # want: fs.write!
    os.makedirs("x", exist_ok=True)
def i():  # want: state
    os.environ["A"] = "1"
def j():  # want: env
    return os.environ.get("A", "b")
def k():  # want: state
    os.putenv("A", "1")
def l():  # want: env
    return "A" in os.environ
def m():  # want: fs.write!
    os.rename("a", "b")
def n():  # want:
    return os.path.join("a", "b")
def o():  # want:
    return os.getcwd()
def p():  # want:
    return sys.argv[1]
def q():  # want: subprocess!
    os.execv("/bin/ls", ["ls"])
def r():  # want: env
    for k in os.environ:
        pass
def s():  # want: env~
    return dict(os.environ)
def t():  # want: fs.read!
    return os.stat("x").st_size
def u():  # want: env
    return {**os.environ, "A": "1"}
def v():  # want: fs.read!
    return shutil.which("ls")
