# Facts: Python documentation, "asyncio".
from logging import Logger
logger: Logger
