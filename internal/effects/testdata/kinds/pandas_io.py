import pandas as pd


def load(path) -> pd.DataFrame:  # want: fs.read!
    return pd.read_csv(path)


def sales(conn):  # want: db!
    return pd.read_sql("select * from sales", conn)


def clean(frame: pd.DataFrame):  # want:
    return frame.dropna().groupby("day").sum()


def store(frame: pd.DataFrame, path):  # want: fs.write!
    frame.to_parquet(path)


def run(src, dst):  # want: fs.read! fs.write!
    store(clean(load(src)), dst)
