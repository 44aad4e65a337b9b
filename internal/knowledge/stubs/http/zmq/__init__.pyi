# Facts: PyZMQ documentation.
from zmq.sugar.context import Context as Context
from zmq.sugar.socket import Socket as Socket
from zmq.sugar.poll import Poller as Poller
