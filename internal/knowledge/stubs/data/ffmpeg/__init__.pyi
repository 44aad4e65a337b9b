# Facts: ffmpeg-python documentation: the program is run by `run`, `run_async` and `probe`.
from ffmpeg._ffmpeg import input as input, output as output, overwrite_output as overwrite_output
from ffmpeg._run import run as run, run_async as run_async, compile as compile
from ffmpeg._probe import probe as probe
