# Facts: python-telegram-bot documentation, "telegram.Bot" (five seconds to read unless set).
from telegram._bot import Bot as Bot
from telegram._message import Message as Message
from telegram._update import Update as Update
