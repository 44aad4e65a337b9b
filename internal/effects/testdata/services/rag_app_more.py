# want-import: env
import os
import anthropic
from openai import OpenAI
from qdrant_client import QdrantClient
from tenacity import retry, stop_after_attempt

openai = OpenAI(api_key="k")
qdrant = QdrantClient(url="http://x")

@retry(stop=stop_after_attempt(3))
def embed(texts):  # want: llm!
    return [d.embedding for d in openai.embeddings.create(model="e", input=texts).data]

def search(question, k=5):  # want: db! llm!
    return qdrant.query_points("docs", query=embed([question])[0], limit=k).points

class Bot:
    def __init__(self, client: anthropic.Anthropic | None = None, tools=()):  # want: env
        self.client = client or anthropic.Anthropic()
        self.tools = {t.__name__: t for t in tools}
    def ask(self, question):  # want: db! fs.write!~ subprocess!~ llm!
        hits = search(question)
        msg = self.client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": str(hits)}])
        for block in msg.content:
            if block.type == "tool_use":
                return self.tools[block.name](**block.input)
        return msg.content[0].text

def shell(cmd: str):  # want: subprocess!
    return os.popen(cmd).read()

def note(text: str):  # want: fs.write!
    with open("notes.txt", "a") as f:
        f.write(text)

def chat():  # want: db! fs.write!~ env subprocess!~ stdout! llm!
    bot = Bot(tools=[shell, note])
    while True:
        print(bot.ask(input("> ")))
