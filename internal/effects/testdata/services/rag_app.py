"""Answer questions from documents: embeddings, vector store, model."""
from functools import cached_property

import chromadb
from openai import OpenAI
from sentence_transformers import SentenceTransformer


class Index:
    def __init__(self, path):
        self.client = chromadb.PersistentClient(path)

    @cached_property
    def encoder(self):  # want: model.load!
        return SentenceTransformer("all-MiniLM-L6-v2")

    def vector(self, text):  # want: model.load!
        return self.encoder.encode(text)


class Answerer:
    def __init__(self, index: Index):  # want: env
        self.index = index
        self.llm = OpenAI()

    def prompt(self, question, passages):  # want:
        return "\n".join([*passages, question])

    def complete(self, prompt):  # want: llm!
        reply = self.llm.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
        return reply.choices[0].message.content

    def answer(self, question):  # want: llm! model.load!
        self.index.vector(question)
        return self.complete(self.prompt(question, []))
