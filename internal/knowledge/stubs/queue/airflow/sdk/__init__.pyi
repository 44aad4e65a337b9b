# Facts: Apache Airflow 3 documentation, "Task SDK".
from airflow.sdk.definitions.dag import DAG as DAG
from airflow.sdk.definitions.variable import Variable as Variable
from airflow.sdk.definitions.connection import Connection as Connection
from airflow.sdk.bases.operator import BaseOperator as BaseOperator

@framework("dag")
@registers_decorated(phase="job", factory="both")
def dag(dag_id=..., *, schedule=..., start_date=..., end_date=..., default_args=..., catchup=..., **kwargs): ...
@framework("dag")
@registers_decorated(phase="job", factory="both")
def task(python_callable=..., **kwargs): ...
@framework("dag")
@registers_decorated(phase="job", factory="both")
def task_group(python_callable=..., **kwargs): ...
