# Facts: ODMantic documentation.
from odmantic.engine import AIOEngine as AIOEngine, SyncEngine as SyncEngine
from odmantic.model import Model as Model, EmbeddedModel as EmbeddedModel
from odmantic.field import Field as Field
