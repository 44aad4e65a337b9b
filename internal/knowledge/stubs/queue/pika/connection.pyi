# Facts: Pika documentation, "Connection Parameters".

class ConnectionParameters:
    def __init__(self, host=..., port=..., virtual_host=..., credentials=..., channel_max=..., frame_max=..., heartbeat=..., **kwargs): ...

class URLParameters:
    def __init__(self, url): ...
