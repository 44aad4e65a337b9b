# Facts: tika-client README (thirty seconds unless timeout is given).

class TikaClient:
    metadata: _Metadata
    tika: _Tika
    def __init__(self, *, tika_url, timeout=..., log_level=..., compress=...): ...
    def __enter__(self) -> Self: ...
    def close(self): ...

class _Metadata:
    @effect("net", timeout="class:timeout", default_timeout=30, taint="external")
    def from_file(self, filepath, mime_type=...): ...

class _Tika:
    as_text: _Metadata
    as_html: _Metadata
