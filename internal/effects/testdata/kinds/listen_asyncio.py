import asyncio
import socket


async def on_client(reader, writer):
    writer.close()


async def serve(port):  # want: listen
    server = await asyncio.start_server(on_client, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def reserve(port):  # want: listen
    sock = socket.socket()
    sock.bind(("127.0.0.1", port))
    sock.listen()
    return sock
