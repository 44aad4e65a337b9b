# Facts: traitlets documentation, "Configurable objects with traitlets.config".
from logging import Logger

class Configurable: ...
class LoggingConfigurable(Configurable):
    log: Logger
class SingletonConfigurable(LoggingConfigurable):
    @classmethod
    def instance(cls, *args, **kwargs) -> Self: ...
