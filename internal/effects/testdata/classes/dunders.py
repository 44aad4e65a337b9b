import json
import random
import sqlite3

class Store:
    def __init__(self, path):  # want: db!
        self.db = sqlite3.connect(path)

    def __getitem__(self, key):  # want: db!
        cur = self.db.execute("SELECT v FROM kv WHERE k = ?", (key,))
        return cur.fetchone()

    def __setitem__(self, key, value):  # want: db.write!
        self.db.execute("INSERT INTO kv VALUES (?, ?)", (key, value))

    def __delitem__(self, key):  # want: db.write!
        self.db.execute("DELETE FROM kv WHERE k = ?", (key,))

    def __contains__(self, key):  # want: db!
        return self[key] is not None

    def __len__(self):  # want: db!
        return self.db.execute("SELECT count(*) FROM kv").fetchone()[0]

    def __iter__(self):  # want: db!
        for (k,) in self.db.execute("SELECT k FROM kv"):
            yield k

    def __bool__(self):  # want: stdout
        print("asked")
        return True

class Dice:
    def __add__(self, other):  # want: random
        return random.randint(1, 6) + other
    def __eq__(self, other):  # want: stdout
        print("compare")
        return True
    def __str__(self):  # want: random
        return json.dumps({"n": random.random()})
    def __call__(self):  # want: random
        return random.choice([1, 2])
    def __hash__(self):  # want:
        return 1

def get(s: Store, k):  # want: db!
    return s[k]

def put(s: Store, k, v):  # want: db.write!
    s[k] = v

def drop(s: Store, k):  # want: db.write!
    del s[k]

def has(s: Store, k):  # want: db!
    return k in s

def size(s: Store):  # want: db!
    return len(s)

def keys(s: Store):  # want: db!
    return [k for k in s]

def truth(s: Store):  # want: stdout
    if s:
        return 1

def negated(s: Store):  # want: stdout
    return not s

def add():  # want: random
    return Dice() + 1

def same():  # want: # miss: stdout
    d = Dice()
    return d == 3

def text():  # want: random
    return f"{Dice()}"

def text2():  # want: random
    return str(Dice())

def roll():  # want: random
    return Dice()()

def make(path):  # want: db!
    return Store(path)
