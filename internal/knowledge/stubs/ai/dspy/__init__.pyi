# Facts: DSPy documentation.
from dspy.clients.lm import LM as LM
from dspy.predict.predict import Predict as Predict
from dspy.predict.chain_of_thought import ChainOfThought as ChainOfThought

@effect("state")
def configure(**kwargs): ...
