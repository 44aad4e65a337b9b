# Facts: LlamaIndex documentation, "Querying".

class BaseQueryEngine:
    @effect("llm", taint="model")
    def query(self, str_or_query_bundle): ...
    @effect("llm", taint="model")
    async def aquery(self, str_or_query_bundle): ...
