# Facts: Gensim documentation, "models.word2vec".

class Word2Vec:
    @effect("random")
    @effect("thread")
    def __init__(self, sentences=..., corpus_file=..., vector_size=..., alpha=..., window=..., min_count=..., max_vocab_size=...): ...
    @effect("fs.write")
    def save(self, *args, **kwargs): ...
    @classmethod
    @effect("model.load")
    @effect("deserialize")
    def load(cls, *args, rethrow=..., **kwargs): ...
    @effect("thread")
    def train(self, corpus_iterable=..., corpus_file=..., total_examples=..., total_words=..., epochs=..., start_alpha=..., end_alpha=..., **kwargs): ...
