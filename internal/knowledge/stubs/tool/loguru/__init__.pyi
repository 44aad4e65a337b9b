# Facts: Loguru documentation, "API Reference".
from loguru._logger import Logger
logger: Logger
