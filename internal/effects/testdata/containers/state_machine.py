import enum
import time
import requests

class State(enum.Enum):
    NEW = "new"
    DONE = "done"

    @property
    def label(self):  # want: stdout
        print("label")
        return self.value

def enter_new(ctx):  # want: sleep!
    time.sleep(1)

def enter_done(ctx):  # want: net!
    requests.delete("http://x", timeout=1)

TRANSITIONS = {
    State.NEW: enter_new,
    State.DONE: enter_done,
}

class Machine:
    def __init__(self):  # want:
        self.state = State.NEW

    def to(self, state):  # want: net!~ sleep!~
        self.state = state
        TRANSITIONS[state](self)

    def label(self):  # want: stdout
        return self.state.label

class Handlers:
    def __init__(self):  # want:
        self.table = {"a": self.on_a, "b": self.on_b}
    def on_a(self):  # want: stdout
        print("a")
    def on_b(self):  # want: clock
        time.time()
    def run(self, k):  # want: stdout # miss: clock
        self.table[k]()

def go():  # want: net!~ sleep!~
    Machine().to(State.DONE)

def h():  # want: stdout
    Handlers().run("a")
