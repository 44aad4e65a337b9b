# Facts: LangChain documentation, "Document loaders".

class BaseLoader:
    @effect("fs.read", taint="external")
    def load(self): ...
    @effect("fs.read", taint="external")
    def lazy_load(self): ...
