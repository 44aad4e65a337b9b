# Facts: statsmodels documentation: saved results are pickles.

@effect("fs.read")
@effect("deserialize", sink="fname")
def load_pickle(fname): ...
@effect("fs.write")
def save_pickle(obj, fname): ...
