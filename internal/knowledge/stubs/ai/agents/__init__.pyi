# Facts: OpenAI Agents SDK documentation.
from agents.agent import Agent as Agent
from agents.run import Runner as Runner
from agents.tool import function_tool as function_tool
