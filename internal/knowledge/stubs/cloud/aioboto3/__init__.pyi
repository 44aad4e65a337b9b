# Facts: aioboto3 documentation, "Usage".
from aioboto3.session import Session as Session
