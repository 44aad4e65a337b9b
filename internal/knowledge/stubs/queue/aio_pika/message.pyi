# Facts: aio-pika documentation.

class Message:
    def __init__(self, body): ...
