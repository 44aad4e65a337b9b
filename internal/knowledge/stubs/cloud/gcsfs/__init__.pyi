# Facts: GCSFs documentation.
from gcsfs.core import GCSFileSystem as GCSFileSystem
