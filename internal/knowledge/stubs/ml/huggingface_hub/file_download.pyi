# Facts: Hugging Face Hub documentation, "Downloading files".

@effect("model.load", timeout="etag_timeout", default_timeout=10)
def hf_hub_download(repo_id, filename, *, etag_timeout=...): ...
