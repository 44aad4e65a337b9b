# Facts: statsmodels documentation, "Datasets Package".

@effect("net")
def get_rdataset(dataname, package=..., cache=...): ...
