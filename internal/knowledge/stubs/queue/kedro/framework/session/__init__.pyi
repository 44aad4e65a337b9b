# Facts: Kedro documentation, "Session".

class KedroSession:
    def __enter__(self) -> Self: ...
    @classmethod
    @effect("fs.read")
    def create(cls, project_path=..., save_on_close=..., env=..., runtime_params=..., conf_source=...) -> KedroSession: ...
    @effect("fs.read")
    @effect("fs.write")
    def run(self, pipeline_name=..., pipeline_names=..., tags=..., runner=..., node_names=..., from_nodes=..., to_nodes=..., from_inputs=..., to_outputs=..., load_versions=..., namespaces=..., only_missing_outputs=...): ...
