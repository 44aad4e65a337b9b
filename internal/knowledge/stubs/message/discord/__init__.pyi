# Facts: discord.py documentation, "API Reference".
from discord.client import Client as Client
from discord.abc import Messageable
from discord.channel import TextChannel as TextChannel
from discord.message import Message as Message
