# Facts: ClickHouse Connect documentation (10 seconds to connect, 300 to send and receive). Getting a client asks the server its version.
from clickhouse_connect.driver.client import Client

@effect("db", timeout="connect_timeout", default_timeout=10)
def get_client(*, host=..., username=..., password=..., database=..., interface=..., port=..., secure=..., dsn=..., settings=..., generic_args=..., **kwargs) -> Client: ...
@effect("db", timeout="connect_timeout", default_timeout=10)
async def get_async_client(**kwargs): ...
