# Facts: discord.py documentation, "Discord Models".
from discord.abc import Messageable

class TextChannel(Messageable): ...
