# Facts: Kubernetes Python client documentation.

@effect("fs.read")
@effect("state")
def load_kube_config(config_file=..., context=..., client_configuration=..., persist_config=..., temp_file_path=...): ...
@effect("fs.read")
@effect("env")
@effect("state")
def load_incluster_config(client_configuration=..., try_refresh_token=...): ...
