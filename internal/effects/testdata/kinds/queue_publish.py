import json

import boto3
import pika
from kafka import KafkaProducer

producer = KafkaProducer(bootstrap_servers="kafka:9092")


def emit(event):  # want: queue!
    producer.send("events", json.dumps(event).encode())


def publish(channel: pika.adapters.blocking_connection.BlockingChannel, body):  # want: queue!
    channel.basic_publish(exchange="", routing_key="work", body=body)


def encode(event):  # want:
    return json.dumps(event, sort_keys=True)


def emit_all(events):  # want: queue!
    for event in events:
        emit(event)
