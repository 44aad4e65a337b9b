# Facts: Hugging Face Hub documentation: files not in the cache are downloaded.
from huggingface_hub.file_download import hf_hub_download as hf_hub_download
from huggingface_hub._snapshot_download import snapshot_download as snapshot_download
from huggingface_hub.hf_api import HfApi as HfApi
from huggingface_hub.inference._client import InferenceClient as InferenceClient

@effect("net")
@effect("fs.write")
def login(token=..., *, add_to_git_credential=..., skip_if_logged_in=...): ...
