# Facts: Model Context Protocol Python SDK documentation, "Server".
from mcp.server.fastmcp.server import FastMCP as FastMCP, Context as Context
