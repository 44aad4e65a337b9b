# Facts: Python documentation, "compression.gzip".
from gzip import BadGzipFile as BadGzipFile
from gzip import GzipFile as GzipFile
from gzip import open as open
from gzip import compress as compress
from gzip import decompress as decompress
