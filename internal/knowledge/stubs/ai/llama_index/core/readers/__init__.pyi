# Facts: LlamaIndex documentation, "Loading".

class SimpleDirectoryReader:
    @effect("fs.read")
    def __init__(self, input_dir=..., input_files=..., exclude=..., exclude_hidden=..., exclude_empty=..., errors=..., recursive=...): ...
    @effect("fs.read", taint="external")
    def load_data(self, show_progress=..., num_workers=..., fs=...): ...
