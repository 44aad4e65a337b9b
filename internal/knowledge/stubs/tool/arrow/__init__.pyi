# Facts: Arrow documentation.
from arrow.api import now as now, utcnow as utcnow, get as get
from arrow.arrow import Arrow as Arrow
