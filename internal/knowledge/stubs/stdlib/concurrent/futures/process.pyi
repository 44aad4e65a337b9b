# Facts: Python documentation, "concurrent.futures".
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor as ProcessPoolExecutor

class BrokenProcessPool(BrokenExecutor): ...
