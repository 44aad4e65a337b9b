from functools import lru_cache

import spacy
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer, pipeline


@lru_cache
def embedder():  # want: model.load!
    return SentenceTransformer("all-MiniLM-L6-v2")


def embed(texts):  # want: model.load!
    return embedder().encode(texts)


class Sentiment:
    def __init__(self):  # want: model.load!
        self.pipe = pipeline("sentiment-analysis")


def parts():  # want: model.load!
    return AutoTokenizer.from_pretrained("bert"), AutoModel.from_pretrained("bert")


def language():  # want: model.load!
    return spacy.load("en_core_web_sm")


def clean(text):  # want:
    return " ".join(text.split())
