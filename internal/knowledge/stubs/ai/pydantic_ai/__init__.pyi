# Facts: Pydantic AI documentation, "Agents".
from pydantic_ai.agent import Agent as Agent
