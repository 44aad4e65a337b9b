# Facts: Dramatiq documentation, "API Reference".
from dramatiq.actor import actor as actor, Actor as Actor
from dramatiq.broker import set_broker as set_broker, get_broker as get_broker
from dramatiq.composition import group as group, pipeline as pipeline
