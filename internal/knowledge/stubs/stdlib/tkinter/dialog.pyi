# Facts: Python documentation, "tkinter.dialog". No effects.
