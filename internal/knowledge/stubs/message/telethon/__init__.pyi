# Facts: Telethon documentation.
from telethon.client.telegramclient import TelegramClient as TelegramClient
