# Facts: aiohttp-retry documentation.
from aiohttp_retry.client import RetryClient as RetryClient
from aiohttp_retry.retry_options import ExponentialRetry as ExponentialRetry, FibonacciRetry as FibonacciRetry, JitterRetry as JitterRetry, ListRetry as ListRetry, RandomRetry as RandomRetry
