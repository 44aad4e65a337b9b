# Facts: dbt documentation, "Programmatic invocations".

@framework("dag")
class dbtRunner:
    def __init__(self, manifest=..., callbacks=...): ...
    @effect("db.write")
    @effect("fs.read")
    def invoke(self, args, **kwargs): ...
