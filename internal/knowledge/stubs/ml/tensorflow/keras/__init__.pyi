# Facts: TensorFlow documentation: Keras.
from keras import models as models, Model as Model, Sequential as Sequential
