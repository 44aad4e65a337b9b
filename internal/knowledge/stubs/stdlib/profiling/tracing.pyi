# Facts: Python documentation, "profiling.tracing".
from cProfile import Profile as Profile
from cProfile import run as run
from cProfile import runctx as runctx
