# Facts: Python documentation, "concurrent.futures".
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor as ThreadPoolExecutor

class BrokenThreadPool(BrokenExecutor): ...
