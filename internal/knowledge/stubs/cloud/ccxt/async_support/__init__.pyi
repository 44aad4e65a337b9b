# Facts: CCXT documentation, "Manual".
from ccxt.async_support.base.exchange import Exchange as Exchange
exchanges: list[str]
def __getattr__(name) -> type[Exchange]: ...
