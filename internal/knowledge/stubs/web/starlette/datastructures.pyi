# Facts: Starlette documentation, "Applications", "Storing state on the app instance".

class State:
    def __init__(self, state=...): ...
