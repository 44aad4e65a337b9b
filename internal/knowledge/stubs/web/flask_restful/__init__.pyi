# Facts: Flask-RESTful documentation, "Quickstart". Methods of a resource named after HTTP methods answer requests.
from flask.views import MethodView

class Resource(MethodView): ...
