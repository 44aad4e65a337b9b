# Facts: Flask documentation, "Class-based Views". Methods of a subclass named after HTTP methods answer requests.

@handlers("dispatch_request", phase="request")
class View:
    def dispatch_request(self): ...
    @classmethod
    def as_view(cls, name, *class_args, **class_kwargs): ...

@handlers("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", phase="request")
class MethodView(View): ...
