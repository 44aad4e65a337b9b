# Facts: Keras documentation, "Model saving & serialization APIs": lambda layers are code.

@effect("model.load")
@effect("deserialize", sink="filepath")
@unsafe(when="safe_mode", equals=False)
def load_model(filepath, custom_objects=..., compile=..., safe_mode=...): ...
@effect("fs.write")
def save_model(model, filepath, overwrite=..., zipped=..., **kwargs): ...
