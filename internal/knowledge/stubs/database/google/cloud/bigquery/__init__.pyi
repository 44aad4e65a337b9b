# Facts: google-cloud-bigquery documentation. A query runs as a job; `result` waits for it.
from google.cloud.bigquery.client import Client as Client
from google.cloud.bigquery.job import QueryJob as QueryJob, LoadJob as LoadJob
