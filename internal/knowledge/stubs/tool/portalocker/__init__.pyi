# Facts: portalocker documentation (five seconds unless set).
from portalocker.utils import Lock as Lock
from portalocker.portalocker import lock as lock, unlock as unlock
