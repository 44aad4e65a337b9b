# Facts: Procrastinate documentation: the queue is a PostgreSQL table.
from procrastinate.app import App as App
from procrastinate.tasks import Task
