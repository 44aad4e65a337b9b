# Facts: Hugging Face Hub documentation, "Downloading files".

@effect("model.load", timeout="etag_timeout", default_timeout=10)
def snapshot_download(repo_id, *, etag_timeout=...): ...
