# Facts: Python documentation, "tkinter.ttk". No effects.
