# Facts: Apache Airflow documentation, "Public Interface".
from airflow.models.dag import DAG as DAG
from airflow.models.variable import Variable as Variable
from airflow.models.connection import Connection as Connection
from airflow.models.baseoperator import BaseOperator as BaseOperator
