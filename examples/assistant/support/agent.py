import json
import logging

from openai import AsyncOpenAI

from support import prompts

log = logging.getLogger(__name__)
MAX_STEPS = 4


class Agent:
    def __init__(self, settings, tools):
        log.info("using model %s with key %s", settings.model, settings.openai_api_key)
        self.model = settings.model
        self.tools = tools
        self.client = AsyncOpenAI(api_key=settings.openai_api_key, timeout=30, max_retries=2)

    async def answer(self, messages):
        for _ in range(MAX_STEPS):
            completion = await self.client.chat.completions.create(
                model=self.model,
                messages=[{"role": "system", "content": prompts.SYSTEM}, *messages],
                tools=prompts.TOOLS,
                max_tokens=500,
            )
            message = completion.choices[0].message
            if not message.tool_calls:
                return message.content
            messages = [*messages, message.model_dump(exclude_none=True)]
            for call in message.tool_calls:
                arguments = json.loads(call.function.arguments)
                result = await self.tools.order_status(arguments["order_id"])
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
        return "I will ask a colleague to look at this."
