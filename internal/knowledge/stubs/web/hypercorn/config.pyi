# Facts: Hypercorn documentation, "Configuring".

class Config:
    @classmethod
    @effect("fs.read")
    def from_toml(cls, filename) -> Config: ...
