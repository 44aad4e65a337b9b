# Facts: Hydra documentation, "Compose API".

@effect("fs.read")
def compose(config_name=..., overrides=..., return_hydra_config=..., strict=...): ...
