"""Helpers as a data team writes them."""
import os
import pickle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression


def read(day):  # want: fs.read!
    frame = pd.read_csv(f"data/{day}.csv")
    return frame.dropna()


def features(frame):  # want:
    return np.column_stack([frame["a"], frame["b"]])


def train(frame):  # want:
    return LogisticRegression().fit(features(frame), frame["y"])


def save(model, path):  # want: fs.write!
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        pickle.dump(model, f)


def load(path):  # want: fs.read! deserialize
    with open(path, "rb") as f:
        return pickle.load(f)


def plot(frame, path):  # want: fs.write! state
    plt.plot(frame["a"])
    plt.savefig(path)


def run(day):  # want: fs.read! fs.write! state
    frame = read(day)
    save(train(frame), "models/m.pkl")
    plot(frame, "a.png")
