# Facts: FastMCP documentation, "The FastMCP Server".
from fastmcp.server import FastMCP as FastMCP
