# Facts: aioftp documentation.
from aioftp.client import Client as Client
