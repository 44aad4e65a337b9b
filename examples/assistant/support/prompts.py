SYSTEM = """\
You answer customers of Harbor & Pine, a shop for garden furniture.
Say only what the tools tell you. If you do not know, offer to hand over to a person.
"""

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "order_status",
            "description": "The state of one order",
            "parameters": {
                "type": "object",
                "properties": {"order_id": {"type": "integer"}},
                "required": ["order_id"],
            },
        },
    }
]
