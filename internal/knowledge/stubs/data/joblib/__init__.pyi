# Facts: joblib documentation: persistence is pickle's, `Parallel` uses worker processes unless told otherwise.
from joblib.numpy_pickle import load as load, dump as dump
from joblib.memory import Memory as Memory
from joblib.parallel import Parallel as Parallel, delayed as delayed
