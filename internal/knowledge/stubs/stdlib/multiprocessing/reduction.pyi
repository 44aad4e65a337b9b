# Facts: Python documentation, "multiprocessing.reduction". No effects.
