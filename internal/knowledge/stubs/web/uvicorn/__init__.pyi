# Facts: Uvicorn documentation, "Settings".
from uvicorn.config import Config as Config
from uvicorn.server import Server as Server
from uvicorn.main import run as run
