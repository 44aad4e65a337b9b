# Facts: Django documentation, "How to deploy with ASGI".

@framework("asgi-app")
@effect("state")
def get_asgi_application(): ...
