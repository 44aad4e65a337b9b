# Facts: OpenAI API reference, "Audio".

class Audio:
    transcriptions: Transcriptions
    translations: Translations
    speech: Speech

class AsyncAudio:
    transcriptions: AsyncTranscriptions
    translations: AsyncTranslations
    speech: AsyncSpeech

class Transcriptions:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    def create(self, *, file, model, timeout=...): ...

class AsyncTranscriptions:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    async def create(self, *, file, model, timeout=...): ...

class Translations:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    def create(self, *, file, model, prompt=..., response_format=..., temperature=..., extra_headers=..., extra_query=..., extra_body=..., timeout=...): ...

class AsyncTranslations:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    async def create(self, *, file, model, prompt=..., response_format=..., temperature=..., extra_headers=..., extra_query=..., extra_body=..., timeout=...): ...

class Speech:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    def create(self, *, input, model, voice, instructions=..., response_format=..., speed=..., stream_format=..., extra_headers=..., extra_query=..., extra_body=..., timeout=...): ...

class AsyncSpeech:
    @effect("llm", timeout="class:timeout", default_timeout=600, taint="model")
    async def create(self, *, input, model, voice, instructions=..., response_format=..., speed=..., stream_format=..., extra_headers=..., extra_query=..., extra_body=..., timeout=...): ...
