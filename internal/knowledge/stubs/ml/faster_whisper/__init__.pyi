# Facts: faster-whisper documentation.
from faster_whisper.transcribe import WhisperModel as WhisperModel, BatchedInferencePipeline as BatchedInferencePipeline
