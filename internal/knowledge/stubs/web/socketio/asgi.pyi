# Facts: python-socketio documentation, "ASGIApp".
@framework("asgi-app")
class ASGIApp:
    def __init__(self, socketio_server, other_asgi_app=..., static_files=..., socketio_path=..., on_startup=..., on_shutdown=...): ...
