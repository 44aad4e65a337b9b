# Facts: toml documentation.
from toml.decoder import load as load, loads as loads
from toml.encoder import dump as dump, dumps as dumps
