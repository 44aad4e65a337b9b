# Facts: CrewAI documentation, "Tools".

@framework("agent")
@registers_decorated(phase="callback", factory="both")
def tool(*args): ...
