# Facts: ODMantic documentation, "Modeling".
@model
class Model:
    id: Any
@model
class EmbeddedModel: ...
