# Facts: XGBoost documentation, "Learning API".
from xgboost.core import Booster

@effect("stdout")
def train(params, dtrain, num_boost_round=..., *, evals=..., **kwargs) -> Booster: ...
@effect("stdout")
def cv(params, dtrain, num_boost_round=..., **kwargs): ...
