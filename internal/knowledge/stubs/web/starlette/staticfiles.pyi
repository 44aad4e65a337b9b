# Facts: Starlette documentation, "Static Files".

class StaticFiles:
    def __init__(self, *, directory=..., packages=..., html=..., check_dir=..., follow_symlink=...): ...
