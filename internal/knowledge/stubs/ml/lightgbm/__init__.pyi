# Facts: LightGBM documentation.
from lightgbm.basic import Booster as Booster, Dataset as Dataset
from lightgbm.engine import train as train, cv as cv
