# Facts: factory_boy documentation, "Using with ORMs".
from factory.base import Factory

class DjangoModelFactory(Factory): ...
