# Facts: LightGBM documentation, "Training API".
from lightgbm.basic import Booster

@effect("stdout")
def train(params, train_set, num_boost_round=..., valid_sets=..., valid_names=..., feval=..., init_model=..., keep_training_booster=..., callbacks=...) -> Booster: ...
@effect("stdout")
def cv(params, train_set, num_boost_round=..., folds=..., nfold=..., stratified=..., shuffle=..., metrics=...): ...
