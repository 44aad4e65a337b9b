# Facts: InfluxDB 2 Python client documentation (10 seconds unless set).
from influxdb_client.client.influxdb_client import InfluxDBClient as InfluxDBClient
from influxdb_client.client.write.point import Point as Point
