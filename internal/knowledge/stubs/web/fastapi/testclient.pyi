# Facts: FastAPI documentation, "Testing".
from starlette.testclient import TestClient as TestClient
