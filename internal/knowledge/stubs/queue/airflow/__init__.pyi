# Facts: Apache Airflow documentation. A DAG file is imported again and again by the scheduler.
from airflow.models.dag import DAG as DAG
