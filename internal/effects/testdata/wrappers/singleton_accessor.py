import threading

import pymongo


class Mongo:
    _instance = None
    _lock = threading.Lock()

    def __new__(cls):
        with cls._lock:
            if cls._instance is None:
                cls._instance = super().__new__(cls)
        return cls._instance

    def __init__(self):  # want:
        self.db = pymongo.MongoClient()["app"]

    @classmethod
    def get(cls):
        return cls()

    def save(self, doc):  # want: db.write!
        self.db.docs.insert_one(doc)


def save(doc):  # want: db.write! state
    Mongo.get().save(doc)


def find(i):  # want: db! state
    return Mongo().db.docs.find_one({"_id": i})
