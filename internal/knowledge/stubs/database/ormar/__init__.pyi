# Facts: ormar documentation.
from ormar.models.model import Model as Model
from ormar.queryset.queryset import QuerySet as QuerySet
