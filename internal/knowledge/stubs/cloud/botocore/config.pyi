# Facts: Botocore documentation, "Config Reference".

class Config:
    def __init__(self, *args, connect_timeout=..., read_timeout=..., retries=..., max_pool_connections=..., **kwargs): ...
