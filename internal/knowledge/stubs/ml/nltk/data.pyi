# Facts: NLTK documentation, "nltk.data".

@effect("fs.read")
def find(resource_name, paths=...): ...
@effect("fs.read")
@effect("deserialize")
def load(resource_url, format=..., cache=..., verbose=..., logic_parser=..., fstruct_reader=..., encoding=...): ...
