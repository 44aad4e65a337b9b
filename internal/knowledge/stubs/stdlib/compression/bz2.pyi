# Facts: Python documentation, "compression.bz2".
from bz2 import BZ2File as BZ2File
from bz2 import BZ2Compressor as BZ2Compressor
from bz2 import BZ2Decompressor as BZ2Decompressor
from bz2 import open as open
from bz2 import compress as compress
from bz2 import decompress as decompress
