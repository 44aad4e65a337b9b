# Facts: CCXT documentation; a request waits ten seconds unless told otherwise. Each exchange is a class.
from ccxt.base.exchange import Exchange as Exchange
exchanges: list[str]
def __getattr__(name) -> type[Exchange]: ...
