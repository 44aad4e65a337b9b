# Facts: Pexpect documentation (30 seconds unless set).
from pexpect.pty_spawn import spawn as spawn
from pexpect.run import run as run
