# Facts: Dask.distributed documentation.
from distributed.client import Client as Client
