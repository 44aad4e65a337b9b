# want-import:
from datetime import datetime

import pandas as pd
from airflow import DAG
from airflow.operators.python import PythonOperator


def extract():  # want: fs.read! fs.write!
    pd.read_csv("in.csv").to_parquet("raw.parquet")


def load():  # want: db.write! fs.read!
    frame = pd.read_parquet("raw.parquet")
    frame.to_sql("sales", "postgresql://db")


with DAG("sales", start_date=datetime(2024, 1, 1), schedule="@daily") as dag:
    a = PythonOperator(task_id="extract", python_callable=extract)
    b = PythonOperator(task_id="load", python_callable=load)
    a >> b
