# Facts: LangGraph documentation, "Graph API".
from langgraph.graph.state import StateGraph as StateGraph
from langgraph.graph.state import CompiledStateGraph
