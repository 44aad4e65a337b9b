# Facts: Falcon documentation, "Response".

class Response:
    def set_header(self, name, value): ...
