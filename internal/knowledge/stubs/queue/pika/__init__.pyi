# Facts: Pika documentation.
from pika.adapters.blocking_connection import BlockingConnection as BlockingConnection
from pika.connection import ConnectionParameters as ConnectionParameters, URLParameters as URLParameters
from pika.credentials import PlainCredentials as PlainCredentials
from pika.spec import BasicProperties as BasicProperties
