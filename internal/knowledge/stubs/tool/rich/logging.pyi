# Facts: Rich documentation, "Logging Handler".

class RichHandler:
    def __init__(self, level=..., console=...): ...
