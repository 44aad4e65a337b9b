# Facts: jira documentation, "API Documentation".

class Issue:
    key: str
    id: str
    def add_field_value(self, field, value): ...
    @effect("net", write=True)
    def update(self, fields=..., update=..., async_=..., jira=..., notify=..., **fieldargs): ...
    @effect("net", write=True)
    def delete(self, deleteSubtasks=...): ...
