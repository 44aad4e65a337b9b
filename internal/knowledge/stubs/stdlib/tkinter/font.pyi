# Facts: Python documentation, "tkinter.font". No effects.
