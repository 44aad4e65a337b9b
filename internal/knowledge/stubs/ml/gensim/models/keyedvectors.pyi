# Facts: Gensim documentation, "models.keyedvectors".

class KeyedVectors:
    @classmethod
    @effect("model.load")
    def load_word2vec_format(cls, fname, fvocab=..., binary=..., encoding=..., unicode_errors=..., limit=..., datatype=..., no_header=...): ...
    @classmethod
    @effect("model.load")
    @effect("deserialize")
    def load(cls, fname, mmap=...): ...
    @effect("fs.write")
    def save(self, *args, **kwargs): ...
