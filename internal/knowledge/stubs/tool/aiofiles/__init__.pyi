# Facts: aiofiles documentation: file calls run in a thread.
from aiofiles.threadpool import open as open
from aiofiles import os as os
