# Facts: pydub documentation; formats other than WAV and raw are read and written by the program ffmpeg.
from pydub.audio_segment import AudioSegment as AudioSegment
