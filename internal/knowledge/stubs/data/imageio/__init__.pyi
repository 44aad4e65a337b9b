# Facts: imageio documentation.
from imageio.v2 import imread as imread, imwrite as imwrite, mimread as mimread, mimwrite as mimwrite, get_reader as get_reader, get_writer as get_writer
