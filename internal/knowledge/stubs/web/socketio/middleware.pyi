# Facts: python-socketio documentation, "WSGIApp".
@framework("wsgi-app")
class WSGIApp:
    def __init__(self, socketio_app, wsgi_app=..., static_files=..., socketio_path=...): ...
