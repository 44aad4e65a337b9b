# Facts: Python documentation, "tkinter.tix". No effects.
