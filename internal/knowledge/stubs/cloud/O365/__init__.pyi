# Facts: O365 documentation.
from O365.account import Account as Account
from O365.message import Message as Message
