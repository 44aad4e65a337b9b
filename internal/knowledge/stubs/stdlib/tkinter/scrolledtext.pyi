# Facts: Python documentation, "tkinter.scrolledtext". No effects.
