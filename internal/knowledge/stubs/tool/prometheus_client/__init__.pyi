# Facts: prometheus_client documentation. Metrics are kept in a process-wide registry.
from prometheus_client.metrics import Counter as Counter, Gauge as Gauge, Histogram as Histogram, Summary as Summary
from prometheus_client.exposition import start_http_server as start_http_server, push_to_gateway as push_to_gateway, generate_latest as generate_latest, make_wsgi_app as make_wsgi_app
from prometheus_client.asgi import make_asgi_app as make_asgi_app
