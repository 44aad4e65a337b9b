# Facts: fsspec documentation, "API Reference".
from fsspec.core import open as open, open_files as open_files
from fsspec.spec import AbstractFileSystem
def filesystem(protocol, **storage_options) -> AbstractFileSystem: ...
