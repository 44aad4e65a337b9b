# Facts: Dynaconf documentation: settings are read when first used.
from dynaconf.base import LazySettings as LazySettings, LazySettings as Dynaconf
