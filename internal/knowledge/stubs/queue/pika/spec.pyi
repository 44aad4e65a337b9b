# Facts: Pika documentation.

class BasicProperties:
    def __init__(self, content_type=..., content_encoding=..., headers=..., delivery_mode=..., priority=..., correlation_id=..., reply_to=...): ...
