# Facts: traitlets documentation, "Applications".
from traitlets.config.configurable import SingletonConfigurable

class Application(SingletonConfigurable): ...
