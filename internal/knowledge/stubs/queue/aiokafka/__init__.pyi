# Facts: aiokafka documentation.
from aiokafka.producer.producer import AIOKafkaProducer as AIOKafkaProducer
from aiokafka.consumer.consumer import AIOKafkaConsumer as AIOKafkaConsumer
