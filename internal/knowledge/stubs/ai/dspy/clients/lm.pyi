# Facts: DSPy documentation, "Language Models".

@framework("ai-client")
class LM:
    def __init__(self, model, model_type=..., temperature=..., max_tokens=..., cache=..., callbacks=..., num_retries=..., **kwargs): ...
    @effect("llm", taint="model")
    def __call__(self, prompt=..., *, messages=..., **kwargs): ...
