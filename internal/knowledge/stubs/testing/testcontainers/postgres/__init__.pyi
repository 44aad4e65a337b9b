# Facts: testcontainers-python documentation, "PostgreSQL".
from testcontainers.core.container import DockerContainer

class PostgresContainer(DockerContainer):
    @effect("net")
    def __init__(self, image=..., port=..., username=..., password=..., dbname=..., driver=..., **kwargs): ...
    def get_connection_url(self, host=..., driver=...): ...
