# Facts: exchangelib documentation; a request waits 120 seconds and is repeated as the configuration says.
from exchangelib.account import Account as Account
from exchangelib.items import Message as Message, CalendarItem as CalendarItem, Task as Task, Contact as Contact

class Credentials:
    def __init__(self, username, password): ...

class Configuration:
    def __init__(self, credentials=..., server=..., service_endpoint=..., auth_type=..., version=..., retry_policy=..., max_connections=...): ...
