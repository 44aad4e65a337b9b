import boto3
import requests
from openai import OpenAI

_session = requests.Session()
_get = _session.get
_s3 = boto3.client("s3")
_ai = OpenAI()
_completions = _ai.chat.completions


def page(url):  # want: net!
    return _get(url).text


def upload(path):  # want: net! fs.read!
    _s3.upload_file(path, "bucket", path)


def answer(q):  # want: llm!
    return _completions.create(model="gpt-4o", messages=[q])


def embed(texts):  # want: llm!
    return _ai.embeddings.create(model="e", input=texts).data


def title(page):  # want:
    return page.title()
