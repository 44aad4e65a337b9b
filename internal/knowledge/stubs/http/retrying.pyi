# Facts: retrying README (retries for ever by default).

@wraps_decorated(context="retry", factory="both")
def retry(*dargs, **dkw): ...
