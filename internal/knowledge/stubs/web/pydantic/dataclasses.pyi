# Facts: Pydantic documentation, "Dataclasses".

@model
def dataclass(_cls=..., *, init=..., repr=..., eq=..., order=..., unsafe_hash=..., frozen=..., config=..., validate_on_init=..., kw_only=..., slots=...): ...
