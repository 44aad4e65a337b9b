# Facts: TensorFlow documentation, "tf.io".
from tensorflow.io import gfile as gfile

@effect("fs.read")
def read_file(filename, name=...): ...
@effect("fs.write")
def write_file(filename, contents, name=...): ...
