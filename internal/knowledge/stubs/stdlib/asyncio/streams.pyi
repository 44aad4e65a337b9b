# Facts: Python documentation, "asyncio".
from asyncio import StreamReader as StreamReader, StreamWriter as StreamWriter, StreamReaderProtocol as StreamReaderProtocol
from asyncio import open_connection as open_connection, start_server as start_server, open_unix_connection as open_unix_connection, start_unix_server as start_unix_server
