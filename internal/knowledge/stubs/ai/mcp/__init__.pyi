# Facts: Model Context Protocol Python SDK documentation.
from mcp.client.session import ClientSession as ClientSession
