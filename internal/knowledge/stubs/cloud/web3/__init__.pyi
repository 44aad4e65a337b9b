# Facts: web3.py documentation.
from web3.main import Web3 as Web3, AsyncWeb3 as AsyncWeb3
from web3.providers.rpc import HTTPProvider as HTTPProvider, AsyncHTTPProvider as AsyncHTTPProvider
