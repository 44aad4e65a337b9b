# Facts: TensorFlow documentation, "API".
from tensorflow import keras as keras, io as io, saved_model as saved_model, random as random

@wraps_decorated(factory="both")
def function(func=..., input_signature=..., autograph=..., jit_compile=..., reduce_retracing=..., **kwargs): ...
