import os
import re
import signal
import subprocess
import sys
import time

def tail(command):  # want: subprocess!
    proc = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for line in proc.stdout:
            yield line.rstrip()
    finally:
        proc.terminate()
        proc.wait(5)

def errors(lines):  # want:
    return (l for l in lines if re.search("ERROR", l))

class Alarm:
    def __init__(self, limit, action=None):  # want:
        self.limit, self.count = limit, 0
        self.action = action or self.beep
    def beep(self):  # want: stdout
        sys.stderr.write("\a")
    def feed(self, line):  # want: subprocess~ sleep!~ stdout~
        self.count += 1
        if self.count >= self.limit:
            self.action()
            self.count = 0

def restart():  # want: subprocess sleep!
    os.kill(os.getppid(), signal.SIGHUP)
    time.sleep(2)

def watch(command, action=None):  # want: subprocess! sleep!~ stdout~
    alarm = Alarm(3, action)
    for line in errors(tail(command)):
        alarm.feed(line)

def default():  # want: subprocess! sleep!~ stdout~
    watch(["journalctl", "-f"])

def with_restart():  # want: subprocess! sleep!~ stdout~
    watch(["journalctl"], restart)

def just_filter(lines):  # want:
    return errors(lines)
