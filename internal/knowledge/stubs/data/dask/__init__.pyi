# Facts: Dask documentation. Work is done when a collection is computed.
from dask.base import compute as compute, persist as persist
from dask.delayed import delayed as delayed
