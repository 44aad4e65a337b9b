# Facts: smolagents documentation: a code agent runs the Python that the model writes.
from smolagents.agents import CodeAgent as CodeAgent, ToolCallingAgent as ToolCallingAgent
from smolagents.tools import tool as tool, Tool as Tool
