# Facts: tiktoken README: an encoding not in the cache is downloaded.
from tiktoken.registry import get_encoding as get_encoding
from tiktoken.model import encoding_for_model as encoding_for_model
