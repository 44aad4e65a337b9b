# Facts: PyTorch documentation, "torch.hub": runs the repository's code.

@effect("model.load")
@effect("exec", sink="repo_or_dir")
def load(repo_or_dir, model, *args, source=..., trust_repo=..., force_reload=..., verbose=..., skip_validation=..., **kwargs): ...
@effect("model.load")
@effect("deserialize", sink="url")
def load_state_dict_from_url(url, model_dir=..., map_location=..., progress=..., check_hash=..., file_name=..., weights_only=...): ...
@effect("net", url="url")
@effect("fs.write")
def download_url_to_file(url, dst, hash_prefix=..., progress=...): ...
