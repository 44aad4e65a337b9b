# Facts: Uvicorn documentation, "Settings".

class Config:
    def __init__(self, app, host=..., port=..., uds=..., fd=..., loop=..., http=...): ...
