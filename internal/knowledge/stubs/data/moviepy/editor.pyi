# Facts: MoviePy documentation (until 2.0).
from moviepy import VideoFileClip as VideoFileClip, AudioFileClip as AudioFileClip, ImageClip as ImageClip, CompositeVideoClip as CompositeVideoClip, TextClip as TextClip, concatenate_videoclips as concatenate_videoclips, concatenate_audioclips as concatenate_audioclips
