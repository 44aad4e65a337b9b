from operator import itemgetter

from langchain_anthropic import ChatAnthropic
from langchain_chroma import Chroma
from langchain_core.output_parsers import JsonOutputParser, StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

prompt = ChatPromptTemplate.from_messages([("system", "Be short."), ("human", "{question}")])
llm = ChatOpenAI(model="gpt-4o")
chain = prompt | llm | StrOutputParser()
piped = prompt.pipe(llm, JsonOutputParser())
either = llm.with_fallbacks([ChatAnthropic(model="claude")])


def documents(text):  # want:
    return "\n".join(text)


def answer(question):  # want: llm!
    return chain.invoke({"question": question})


async def answer_later(question):  # want: llm
    return await chain.ainvoke({"question": question})


async def answer_in_parts(question):  # want: llm
    async for part in chain.astream({"question": question}):
        yield part


def answer_many(questions):  # want: llm!
    return chain.batch([{"question": q} for q in questions])


def parts(question):  # want: llm!
    for part in piped.stream({"question": question}):
        yield part


def fallback(question):  # want: llm!
    return (prompt | either).invoke({"question": question})


def filled(question):  # want:
    return PromptTemplate.from_template("{question}").format(question=question)


class Search:
    def __init__(self, path):  # want: db! env
        self.store = Chroma(persist_directory=path, embedding_function=OpenAIEmbeddings())
        retriever = self.store.as_retriever()
        self.chain = {"context": retriever | RunnableLambda(documents), "question": RunnablePassthrough()} | prompt | llm

    def ask(self, question):  # want: llm!
        return self.chain.invoke(question)

    def near(self, question):  # want: db!
        return self.store.similarity_search(question, k=3)

    def extend(self, texts):  # want: db.write!
        self.store.add_texts(texts)


def structured(question, schema):  # want: llm!
    return (prompt | llm.with_structured_output(schema)).invoke({"question": question})


def assigned(question):  # want: llm!
    return RunnablePassthrough.assign(answer=chain).invoke({"question": question})
