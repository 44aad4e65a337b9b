# Facts: Python documentation, "tkinter.dnd". No effects.
