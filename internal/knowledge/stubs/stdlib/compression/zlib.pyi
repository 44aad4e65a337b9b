# Facts: Python documentation, "compression.zlib".
from zlib import compress as compress
from zlib import decompress as decompress
from zlib import adler32 as adler32
from zlib import crc32 as crc32
from zlib import error as error
