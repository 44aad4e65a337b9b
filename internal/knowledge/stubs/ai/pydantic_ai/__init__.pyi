# Facts: Pydantic AI documentation, "Agents".
from pydantic_ai.agent import Agent as Agent
from pydantic_ai.tools import RunContext as RunContext
