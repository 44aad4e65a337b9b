# Facts: Gensim documentation: saved models are pickles.
from gensim.models.word2vec import Word2Vec as Word2Vec
from gensim.models.keyedvectors import KeyedVectors as KeyedVectors
