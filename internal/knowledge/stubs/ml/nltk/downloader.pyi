# Facts: NLTK documentation, "Installing NLTK Data".

@effect("net")
@effect("fs.write")
def download(info_or_id=..., download_dir=..., quiet=..., force=...): ...
