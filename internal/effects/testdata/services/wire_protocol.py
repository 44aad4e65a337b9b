import socket
import socketserver
import struct
import threading

class Frame:
    HEADER = struct.Struct("!I")
    def __init__(self, payload: bytes):  # want:
        self.payload = payload
    def __bytes__(self):  # want:
        return self.HEADER.pack(len(self.payload)) + self.payload
    @classmethod
    def read_from(cls, sock: socket.socket):  # want: net!
        size, = cls.HEADER.unpack(sock.recv(4))
        return cls(sock.recv(size))

class Client:
    def __init__(self, host, port, *, connect=socket.create_connection):  # want: net!
        self._sock = connect((host, port), 3)
    def call(self, data):  # want: net!
        self._sock.sendall(bytes(Frame(data)))
        return Frame.read_from(self._sock).payload
    def close(self):  # want:
        self._sock.close()
    __enter__ = lambda self: self
    def __exit__(self, *exc):  # want:
        self.close()

class Handler(socketserver.BaseRequestHandler):
    def handle(self):  # want: net! stdout
        frame = Frame.read_from(self.request)
        print(frame.payload)
        self.request.sendall(bytes(frame))

class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True

def serve(port):  # want: listen!
    with Server(("", port), Handler) as s:
        s.serve_forever()

def in_background(port):  # want: listen thread
    s = Server(("", port), Handler)
    t = threading.Thread(target=s.serve_forever, daemon=True)
    t.start()
    return s

def ping(host):  # want: net!
    with Client(host, 80) as c:
        return c.call(b"ping")
