"""Subcommands through argparse's set_defaults."""
import argparse
import os
import shutil
import subprocess


def build(args):  # want: subprocess!
    subprocess.check_call(["make", args.target])


def clean(args):  # want: fs.write!
    shutil.rmtree("build", ignore_errors=True)


def show(args):  # want: stdout env
    print(os.environ.get("TARGET", args.target))


COMMANDS = {"build": build, "clean": clean, "show": show}


def parser():  # want:
    p = argparse.ArgumentParser()
    p.add_argument("command", choices=COMMANDS)
    p.add_argument("--target", default="all")
    return p


def main():  # want: subprocess! fs.write! stdout env
    args = parser().parse_args()
    return COMMANDS[args.command](args)


def only_clean(args):  # want: fs.write!
    COMMANDS["clean"](args)
