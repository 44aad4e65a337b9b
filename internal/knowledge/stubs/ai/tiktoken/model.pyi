# Facts: tiktoken README.

@effect("model.load")
def encoding_for_model(model_name): ...
