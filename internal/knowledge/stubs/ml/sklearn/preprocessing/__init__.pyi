# Facts: scikit-learn documentation; fitting and transforming have no effect.

class FunctionTransformer:
    @registers("func",phase="callback")
    def __init__(self, func=..., inverse_func=..., *, validate=..., accept_sparse=..., check_inverse=..., feature_names_out=..., kw_args=..., inv_kw_args=...): ...
