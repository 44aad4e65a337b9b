# Facts: Django documentation, "How to deploy with WSGI".

@framework("wsgi-app")
@effect("state")
def get_wsgi_application(): ...
