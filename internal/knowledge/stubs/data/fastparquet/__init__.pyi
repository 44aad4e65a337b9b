# Facts: fastparquet documentation.
from fastparquet.api import ParquetFile as ParquetFile
from fastparquet.writer import write as write
