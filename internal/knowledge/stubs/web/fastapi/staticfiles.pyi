# Facts: FastAPI documentation, "Static Files".
from starlette.staticfiles import StaticFiles as StaticFiles
