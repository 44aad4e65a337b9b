# Facts: Docker SDK for Python documentation (60 seconds unless set).
from docker.client import DockerClient as DockerClient, from_env as from_env
