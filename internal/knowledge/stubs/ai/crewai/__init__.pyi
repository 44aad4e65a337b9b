# Facts: CrewAI documentation.
from crewai.crew import Crew as Crew
from crewai.agent import Agent as Agent
from crewai.task import Task as Task
from crewai.llm import LLM as LLM
