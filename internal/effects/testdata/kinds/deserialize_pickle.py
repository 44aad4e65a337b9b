import marshal
import pickle

import joblib
import yaml


def load(path):  # want: fs.read! deserialize
    with open(path, "rb") as f:
        return pickle.load(f)


def decode(blob):  # want: deserialize
    return pickle.loads(blob)


def config(text):  # want:
    return yaml.safe_load(text)


def unsafe_config(text):  # want: deserialize
    return yaml.load(text, Loader=yaml.UnsafeLoader)


def safe_by_loader(text):  # want:
    return yaml.load(text, Loader=yaml.SafeLoader)


def code(blob):  # want: deserialize
    return marshal.loads(blob)


def dump(value):  # want:
    return pickle.dumps(value)
