# Facts: yfinance documentation; `download` waits ten seconds unless told otherwise.
from yfinance.multi import download as download
from yfinance.ticker import Ticker as Ticker
from yfinance.tickers import Tickers as Tickers
