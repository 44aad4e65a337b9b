"""A Kafka consumer that prices events and publishes the result."""
import json
import logging
import os
import signal

import redis
from kafka import KafkaConsumer, KafkaProducer

log = logging.getLogger(__name__)


class Prices:
    def __init__(self, url):  # want:
        self.cache = redis.Redis.from_url(url)

    def of(self, sku):  # want: db!
        return float(self.cache.get(f"price:{sku}") or 0)


class Worker:
    def __init__(self, topic):  # want: env net! thread
        broker = os.environ["BROKER"]
        self.prices = Prices(os.environ["REDIS_URL"])
        self.consumer = KafkaConsumer(topic, bootstrap_servers=broker)
        self.producer = KafkaProducer(bootstrap_servers=broker)
        self.running = True

    def stop(self, *_):  # want:
        self.running = False

    def run(self):  # want: queue! net! db! log state
        signal.signal(signal.SIGTERM, self.stop)
        for message in self.consumer:
            if not self.running:
                break
            self.handle(json.loads(message.value))

    def handle(self, event):  # want: queue! db! log
        event["price"] = self.prices.of(event["sku"])
        self.producer.send("priced", json.dumps(event).encode())
        log.info("priced %s", event["sku"])


def main():  # want: env net! thread queue! db! log state
    Worker("orders").run()
