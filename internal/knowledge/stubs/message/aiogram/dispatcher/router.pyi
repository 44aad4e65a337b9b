# Facts: aiogram documentation, "Router".

class Router:
    def __init__(self, *, name=...): ...
    def include_router(self, router): ...
    def include_routers(self, *routers): ...
    message: _Observer
    edited_message: _Observer
    channel_post: _Observer
    edited_channel_post: _Observer
    inline_query: _Observer
    chosen_inline_result: _Observer
    callback_query: _Observer
    shipping_query: _Observer
    pre_checkout_query: _Observer
    poll: _Observer
    poll_answer: _Observer
    my_chat_member: _Observer
    chat_member: _Observer
    chat_join_request: _Observer
    error: _Observer
    errors: _Observer
    startup: _Start
    shutdown: _Stop

class _Observer:
    @registers_decorated(phase="request", factory=True)
    def __call__(self, *args, **kwargs): ...
    @registers("callback", phase="request")
    def register(self, callback, *filters, flags=..., **kwargs): ...
    def middleware(self, middleware): ...
    def filter(self, *filters): ...

class _Start:
    @registers_decorated(phase="startup", factory=True)
    def __call__(self, *args, **kwargs): ...
    @registers("callback", phase="startup")
    def register(self, callback, **kwargs): ...

class _Stop:
    @registers_decorated(phase="shutdown", factory=True)
    def __call__(self, *args, **kwargs): ...
    @registers("callback", phase="shutdown")
    def register(self, callback, **kwargs): ...
