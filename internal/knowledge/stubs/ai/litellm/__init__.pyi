# Facts: LiteLLM documentation (600 seconds unless set).
from litellm.main import completion as completion, acompletion as acompletion, embedding as embedding, aembedding as aembedding, text_completion as text_completion, transcription as transcription, speech as speech
from litellm.router import Router as Router
