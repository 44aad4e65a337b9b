# Facts: urllib3 documentation, "Utilities".

class Retry:
    def __init__(self, total=..., connect=..., read=..., redirect=..., status=..., other=..., allowed_methods=...): ...

class Timeout:
    def __init__(self, total=..., connect=..., read=...): ...
