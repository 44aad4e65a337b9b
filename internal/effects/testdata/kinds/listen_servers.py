import socketserver
from http.server import BaseHTTPRequestHandler, HTTPServer

import uvicorn


class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


def serve_health(port):  # want: listen!
    server = HTTPServer(("", port), Health)
    server.serve_forever()


def serve_api(app):  # want: listen!
    uvicorn.run(app, host="0.0.0.0", port=8000)


def serve_echo(handler):  # want: listen!
    with socketserver.TCPServer(("localhost", 9999), handler) as server:
        server.serve_forever()


def describe(port):  # want:
    return f"http://localhost:{port}"
