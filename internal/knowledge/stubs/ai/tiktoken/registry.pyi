# Facts: tiktoken README.

@effect("model.load")
def get_encoding(encoding_name): ...
