# Facts: Kombu documentation.
from kombu.connection import Connection as Connection
from kombu.messaging import Producer as Producer, Consumer as Consumer
from kombu.entity import Exchange as Exchange, Queue as Queue
