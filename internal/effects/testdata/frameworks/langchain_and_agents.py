from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI


def chain():
    prompt = ChatPromptTemplate.from_template("Answer: {q}")
    return prompt | ChatOpenAI(model="gpt-4o")


def ask(text):  # want: llm! env
    return ChatOpenAI().invoke(text)


def prompt(q):  # want:
    return f"Answer: {q}"


class Bot:
    def __init__(self, model: ChatOpenAI):  # want:
        self.model = model

    def answer(self, q):  # want: llm!
        return self.model.invoke(prompt(q)).content

    async def later(self, q):  # want: llm
        return await self.model.ainvoke(prompt(q))
