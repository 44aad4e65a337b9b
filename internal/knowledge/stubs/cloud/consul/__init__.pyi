# Facts: python-consul and py-consul documentation.
from consul.std import Consul as Consul
