# Facts: ruamel.yaml documentation; the loader "unsafe" makes any object.
from ruamel.yaml.main import YAML as YAML
