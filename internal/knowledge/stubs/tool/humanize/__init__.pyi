# Facts: humanize documentation.
from humanize.time import naturaltime as naturaltime, naturalday as naturalday
