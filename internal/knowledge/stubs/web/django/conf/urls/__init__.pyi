# Facts: Django documentation, "django.conf.urls functions for use in URLconfs": `url` is that of Django up to 3.2.

@registers("view",phase="request")
def url(regex, view, kwargs=..., name=...): ... # until 4.0
def include(arg, namespace=...): ...
