# Facts: Python documentation, "asyncio".
from asyncio import BaseProtocol as BaseProtocol, Protocol as Protocol, BufferedProtocol as BufferedProtocol, DatagramProtocol as DatagramProtocol, SubprocessProtocol as SubprocessProtocol
