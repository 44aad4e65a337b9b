# Facts: Python documentation, "tkinter.commondialog". No effects.
