"""What a context is parametrized with is what it holds."""
from dataclasses import dataclass

import asyncpg
import httpx
from pydantic_ai import Agent, RunContext


class Db:
    def __init__(self, pool: asyncpg.Pool):
        self.pool = pool

    async def balance(self, customer):  # want: db
        return await self.pool.fetchval("SELECT balance FROM accounts WHERE id = $1", customer)


@dataclass
class Deps:
    customer: int
    db: Db
    http: httpx.AsyncClient


agent = Agent("openai:gpt-4o", deps_type=Deps)


@agent.tool
async def balance(ctx: RunContext[Deps]) -> float:  # want: db
    return await ctx.deps.db.balance(ctx.deps.customer)


@agent.tool
async def rate(ctx: RunContext[Deps], currency: str) -> str:  # want: net
    return (await ctx.deps.http.get("https://rates.example.com/" + currency)).text


@agent.tool
async def age(ctx: RunContext[int]) -> int:  # want:
    return ctx.deps + 1
