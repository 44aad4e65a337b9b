# Facts: jsonschema documentation; remote references are fetched only by a registry that is told to.
from jsonschema.validators import validate as validate
