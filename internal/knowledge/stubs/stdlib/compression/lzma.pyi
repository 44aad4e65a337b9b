# Facts: Python documentation, "compression.lzma".
from lzma import LZMAError as LZMAError
from lzma import LZMAFile as LZMAFile
from lzma import LZMACompressor as LZMACompressor
from lzma import LZMADecompressor as LZMADecompressor
from lzma import open as open
from lzma import compress as compress
from lzma import decompress as decompress
