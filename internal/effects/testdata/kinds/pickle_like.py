import joblib
import yaml
import shelve
import dill
import jsonpickle
import pandas as pd
import numpy as np
import torch
import sqlite3
import xml.etree.ElementTree as ET
import json
import tomllib

def a(p):  # want: fs.read! deserialize
    return joblib.load(p)
def b(s):  # want: deserialize
    return yaml.load(s, Loader=yaml.FullLoader)
def b2(s):  # want: deserialize
    return yaml.unsafe_load(s)
def b3(s):  # want:
    return yaml.load(s, Loader=yaml.SafeLoader)
def c(p):  # want: db! deserialize
    with shelve.open(p) as db:
        return db["x"]
def d(s):  # want: deserialize
    return dill.loads(s)
def e(s):  # want: deserialize
    return jsonpickle.decode(s)
def f(p):  # want: fs.read! deserialize
    return pd.read_pickle(p)
def g(p):  # want: fs.read! deserialize
    return np.load(p, allow_pickle=True)
def h(p):  # want: fs.read!
    return torch.load(p, weights_only=True)
def i(p):  # want: fs.read!
    return ET.parse(p)
def j(s):  # want:
    return json.loads(s)
def k(p):  # want: fs.read!
    with open(p) as fh:
        return json.load(fh)
def l(p):  # want: fs.read!
    return yaml.safe_load(open(p))
