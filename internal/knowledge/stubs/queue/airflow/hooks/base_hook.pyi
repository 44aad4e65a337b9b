# Facts: Apache Airflow documentation, "Connections & Hooks". The name of version 1, which version 2 kept.
from airflow.hooks.base import BaseHook as BaseHook
