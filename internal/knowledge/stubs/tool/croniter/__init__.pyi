# Facts: croniter documentation; without a start it begins now.
from croniter.croniter import croniter as croniter
