# Facts: Google Gen AI SDK documentation.

class Chats:
    def create(self, *, model, config=..., history=...) -> Chat: ...

class Chat:
    @effect("llm", default_timeout=None, taint="model")
    def send_message(self, message, config=...): ...
    @effect("llm", default_timeout=None, taint="model")
    def send_message_stream(self, message, config=...) -> Iterator[Any]: ...
