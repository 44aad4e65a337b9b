# Facts: Apache Airflow documentation, "TaskFlow".

@framework("dag")
@registers_decorated(phase="job", factory="both")
def dag(dag_id=..., **kwargs): ...
@framework("dag")
@registers_decorated(phase="job", factory="both", keeps=False)
def task(python_callable=..., **kwargs): ...
@framework("dag")
@registers_decorated(phase="job", factory="both")
def task_group(python_callable=..., **kwargs): ...
