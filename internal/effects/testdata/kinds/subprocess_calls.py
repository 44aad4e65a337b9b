import asyncio
import os
import subprocess
from subprocess import check_output


def revision():  # want: subprocess!
    return check_output(["git", "rev-parse", "HEAD"], text=True).strip()


def convert(src, dst):  # want: subprocess!
    subprocess.run(["ffmpeg", "-i", src, dst], check=True)


def tail(path):  # want: subprocess!
    process = subprocess.Popen(["tail", "-n1", path], stdout=subprocess.PIPE)
    out, _ = process.communicate()
    return out


def legacy(command):  # want: subprocess!
    return os.system(command)


async def lint(path):  # want: subprocess
    process = await asyncio.create_subprocess_exec("ruff", path)
    return await process.wait()
