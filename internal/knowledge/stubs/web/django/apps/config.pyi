# Facts: Django documentation, "Applications". `ready` runs at start-up.

class AppConfig:
    def ready(self): ...
