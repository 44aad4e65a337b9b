# Facts: XGBoost documentation, "Python API Reference".
from xgboost.core import Booster as Booster, DMatrix as DMatrix
from xgboost.training import train as train, cv as cv
from xgboost.sklearn import XGBModel as XGBModel, XGBClassifier as XGBClassifier, XGBRegressor as XGBRegressor
