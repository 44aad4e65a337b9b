# Facts: ElevenLabs Python library documentation; a request waits 240 seconds unless told otherwise.

class ElevenLabs:
    @effect("env")
    def __init__(self, *, base_url=..., api_key=..., timeout=..., httpx_client=...): ...
    text_to_speech: _Speech
    text_to_sound_effects: _Speech
    speech_to_text: _Speech
    speech_to_speech: _Speech
    voices: _Other
    models: _Other
    user: _Other
    history: _Other

class _Speech:
    @effect("llm", taint="model")
    def __getattr__(self, name): ...

class _Other:
    @effect("net")
    def __getattr__(self, name): ...

class AsyncElevenLabs:
    @effect("env")
    def __init__(self, *, base_url=..., api_key=..., timeout=..., httpx_client=...): ...
    text_to_speech: _AsyncSpeech
    speech_to_text: _AsyncSpeech
    voices: _AsyncOther
    models: _AsyncOther

class _AsyncSpeech:
    @effect("llm", taint="model", blocking=False)
    def __getattr__(self, name): ...

class _AsyncOther:
    @effect("net", blocking=False)
    def __getattr__(self, name): ...
