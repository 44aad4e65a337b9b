# Facts: hvac documentation.
from hvac.v1 import Client as Client
