# Facts: smolagents documentation, "Tools".

@framework("agent")
@registers_decorated(phase="callback", factory="both", becomes="smolagents.tools.Tool")
def tool(tool_function): ...
class Tool:
    name: str
    @calls("self")
    def __call__(self, *args, sanitize_inputs_outputs=..., **kwargs): ...
    def forward(self, *args, **kwargs): ...
