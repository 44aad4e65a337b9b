# Facts: Python documentation, "tkinter.constants". No effects.
