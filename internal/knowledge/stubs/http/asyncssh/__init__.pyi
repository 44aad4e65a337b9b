# Facts: AsyncSSH documentation.
from asyncssh.connection import connect as connect, listen as listen, create_server as create_server, SSHClientConnection as SSHClientConnection
from asyncssh.process import SSHCompletedProcess as SSHCompletedProcess, SSHClientProcess as SSHClientProcess
from asyncssh.scp import scp as scp
from asyncssh.sftp import SFTPClient as SFTPClient
from asyncssh.public_key import read_private_key as read_private_key, import_private_key as import_private_key, generate_private_key as generate_private_key
