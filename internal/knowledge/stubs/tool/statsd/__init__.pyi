# Facts: statsd documentation: one UDP datagram per call, without waiting.
from statsd.client import StatsClient as StatsClient
