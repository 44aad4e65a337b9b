# Facts: Datadog Python library documentation.
from datadog.dogstatsd.base import statsd as statsd

@effect("state")
@effect("env")
def initialize(api_key=..., app_key=..., host_name=..., api_host=..., statsd_host=..., statsd_port=..., statsd_disable_aggregation=..., statsd_disable_buffering=..., **kwargs): ...
