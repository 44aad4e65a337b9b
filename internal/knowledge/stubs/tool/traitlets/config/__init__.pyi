# Facts: traitlets documentation, "Configurable objects with traitlets.config".
from traitlets.config.application import Application as Application
from traitlets.config.configurable import Configurable as Configurable, LoggingConfigurable as LoggingConfigurable, SingletonConfigurable as SingletonConfigurable
