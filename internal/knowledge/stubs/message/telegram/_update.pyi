# Facts: python-telegram-bot documentation, "telegram.Update".
from telegram._message import Message

class Update:
    message: Message
    effective_message: Message
