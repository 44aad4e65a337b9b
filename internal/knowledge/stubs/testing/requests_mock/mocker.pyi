# Facts: requests-mock documentation.

@framework("test")
class Mocker:
    def __init__(self, **kwargs): ...
    @effect("state")
    def __enter__(self) -> Self: ...
