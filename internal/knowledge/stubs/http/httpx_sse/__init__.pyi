# Facts: httpx-sse documentation.
from httpx_sse._api import connect_sse as connect_sse, aconnect_sse as aconnect_sse, EventSource as EventSource
