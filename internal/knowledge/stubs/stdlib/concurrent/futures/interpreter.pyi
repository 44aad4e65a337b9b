# Facts: Python documentation, "concurrent.futures".
from concurrent.futures import InterpreterPoolExecutor as InterpreterPoolExecutor
