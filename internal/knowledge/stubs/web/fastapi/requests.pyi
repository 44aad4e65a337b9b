# Facts: FastAPI documentation, "Request class".
from starlette.requests import Request as Request
