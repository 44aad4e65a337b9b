import logging
import sys

import pandas as pd


def show(x):  # want: stdout
    print(x, flush=True)


def text(frame: pd.DataFrame):  # want:
    return frame.to_csv()


def saved(frame: pd.DataFrame):  # want: fs.write!
    frame.to_csv("out.csv")


def by_name(frame: pd.DataFrame):  # want: fs.write!
    frame.to_json(path_or_buf="x.json")


def setup(level):  # want: state
    logging.basicConfig(level=level)


def verbose(on):  # want: stdout
    if on:
        sys.stdout.write("verbose\n")
