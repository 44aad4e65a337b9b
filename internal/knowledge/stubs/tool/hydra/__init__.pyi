# Facts: Hydra documentation.
from hydra.main import main as main
from hydra.compose import compose as compose
