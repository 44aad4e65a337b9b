# Facts: LangChain documentation, "ChatOpenAI".
from langchain_openai.chat_models import ChatOpenAI as ChatOpenAI, AzureChatOpenAI as AzureChatOpenAI
from langchain_openai.embeddings import OpenAIEmbeddings as OpenAIEmbeddings
