# want-import: state
import random
import time

class Clamped:
    def __init__(self, lo, hi):  # want:
        self.lo, self.hi = lo, hi
    def __set_name__(self, owner, name):  # want:
        self.key = "_" + name
    def __get__(self, obj, owner=None):  # want:
        if obj is None:
            return self
        return obj.__dict__[self.key]
    def __set__(self, obj, value):  # want: stdout
        if not self.lo <= value <= self.hi:
            print("clamped", value)
        obj.__dict__[self.key] = max(self.lo, min(self.hi, value))

class Entity:
    health = Clamped(0, 100)
    population = 0

    def __init__(self):  # want: stdout state
        self.health = 100
        Entity.population += 1

    def __init_subclass__(cls, **kwargs):  # want: state
        super().__init_subclass__(**kwargs)
        cls.kind = cls.__name__.lower()

    def hit(self):  # want: stdout random
        self.health -= random.randrange(10)

    def tick(self):  # want:
        raise NotImplementedError

class Orc(Entity):
    def tick(self):  # want: stdout clock random
        self.hit()
        return time.perf_counter()

class Elf(Entity):
    def tick(self):  # want: stdout random
        if random.random() > 0.5:
            self.hit()

class World:
    def __init__(self, *entities: Entity):  # want:
        self.entities = list(entities)
    def __iter__(self):  # want:
        return iter(self.entities)
    def __len__(self):  # want:
        return len(self.entities)
    def step(self):  # want: stdout~ clock~ random~
        for e in self:
            e.tick()

def new_world(n):  # want: stdout~ random state~
    return World(*[random.choice([Orc, Elf])() for _ in range(n)])

def play():  # want: stdout~ clock~ random state~
    w = new_world(3)
    while len(w):
        w.step()
