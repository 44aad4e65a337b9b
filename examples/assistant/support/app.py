import asyncio

from fastapi import FastAPI
from pydantic import BaseModel, Field

from support import feedback
from support.agent import Agent
from support.memory import Memory
from support.settings import Settings
from support.tools import Tools

app = FastAPI(title="Support assistant")
settings = Settings()
memory = Memory(settings.redis_url)
agent = Agent(settings, Tools(settings.orders_url))


class Question(BaseModel):
    conversation: str = Field(max_length=64)
    text: str = Field(max_length=2000)


class Stars(BaseModel):
    conversation: str
    stars: int = Field(ge=1, le=5)


@app.post("/chat")
async def chat(question: Question):
    messages = await memory.load(question.conversation)
    messages.append({"role": "user", "content": question.text})
    reply = await agent.answer(messages)
    messages.append({"role": "assistant", "content": reply})
    await memory.save(question.conversation, messages)
    return {"reply": reply}


@app.post("/feedback", status_code=202)
async def rate(stars: Stars):
    asyncio.create_task(feedback.record(memory.redis, stars.conversation, stars.stars))
    return {"status": "thanks"}
