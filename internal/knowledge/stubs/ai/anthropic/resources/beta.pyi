# Facts: Anthropic API reference, "Beta".
from anthropic.resources import Messages, AsyncMessages

class Beta:
    messages: Messages

class AsyncBeta:
    messages: AsyncMessages
