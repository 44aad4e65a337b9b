# Facts: Gensim documentation, "downloader".

@effect("model.load")
def load(name, return_path=...): ...
