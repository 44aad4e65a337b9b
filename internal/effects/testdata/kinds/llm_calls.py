import anthropic
from openai import AsyncOpenAI, OpenAI

client = OpenAI()
claude = anthropic.Anthropic()


def summary(text):  # want: llm!
    reply = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Summarise: {text}"}],
    )
    return reply.choices[0].message.content


def review(text):  # want: llm!
    reply = claude.messages.create(model="claude", max_tokens=100, messages=[])
    return reply.content


class Assistant:
    def __init__(self):  # want: env
        self.client = AsyncOpenAI()

    async def ask(self, question):  # want: llm
        return await self.client.chat.completions.create(model="gpt-4o", messages=[question])


def prompt(text):  # want:
    return {"role": "user", "content": text}
