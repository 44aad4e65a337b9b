# Facts: factory_boy documentation, "Reference".

class Faker:
    def __init__(self, provider, **kwargs): ...
