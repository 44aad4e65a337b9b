# Facts: OpenAI Agents SDK documentation, "Agents".

@framework("agent")
class Agent: ...
