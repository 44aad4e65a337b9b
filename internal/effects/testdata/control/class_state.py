class Pool:
    shared = []
    size = 0
    limits = {}

    def __init__(self):  # want:
        self.items = []
        self.size = 1

    def put(self, item):  # want:
        self.items.append(item)

    @classmethod
    def resize(cls, n):  # want: state
        cls.size = n


def configure():  # want: state
    Pool.size = 10


def limit(name, n):  # want: state
    Pool.limits[name] = n


def local():  # want:
    pool = Pool()
    pool.size = 3
    return pool
