from functools import lru_cache
from pathlib import Path
import json
import numpy as np
import joblib
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

class Classifier:
    _model = None
    @classmethod
    def instance(cls):  # want: state model.load!
        if cls._model is None:
            cls._model = AutoModelForSequenceClassification.from_pretrained("x")
        return cls._model
    def __init__(self, name):  # want: model.load!
        self.tokenizer = AutoTokenizer.from_pretrained(name)
    def predict(self, text):  # want: state model.load!
        with torch.no_grad():
            return self.instance()(**self.tokenizer(text))

@lru_cache(maxsize=1)
def vectorizer():  # want: fs.read! deserialize
    return joblib.load("v.joblib")

def labels(path: Path) -> list[str]:  # want: fs.read!
    return json.loads((path / "labels.json").read_text())

def evaluate(texts):  # want: fs.read! random deserialize
    v = vectorizer()
    rng = np.random.default_rng()
    return v.transform(rng.permutation(texts))

def checkpoint(model, epoch):  # want: fs.write!
    torch.save(model.state_dict(), f"{epoch}.pt")

def restore(path):  # want: fs.read! deserialize
    return torch.load(path, weights_only=False)
