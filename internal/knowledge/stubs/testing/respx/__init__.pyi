# Facts: RESPX documentation: requests are answered inside the process.
from respx.api import mock as mock, get as get, post as post, route as route
