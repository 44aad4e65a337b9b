# Facts: Model Context Protocol Python SDK documentation, version 2.
from mcp.server.mcpserver.server import MCPServer as MCPServer
