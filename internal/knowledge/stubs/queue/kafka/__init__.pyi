# Facts: kafka-python documentation: constructing connects.
from kafka.producer.kafka import KafkaProducer as KafkaProducer
from kafka.consumer.group import KafkaConsumer as KafkaConsumer
