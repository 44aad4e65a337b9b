# Facts: Django documentation, "Django settings": the settings module is imported at the first access.
settings: Any
