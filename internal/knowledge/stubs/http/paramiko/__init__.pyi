# Facts: Paramiko documentation, "API documentation" (connecting and commands wait for ever unless a timeout is given).
from paramiko.client import SSHClient as SSHClient
from paramiko.sftp_client import SFTPClient as SFTPClient
from paramiko.transport import Transport as Transport
