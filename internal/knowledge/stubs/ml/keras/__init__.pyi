# Facts: Keras documentation.
from keras.models import Model as Model, Sequential as Sequential
from keras import models as models, saving as saving, utils as utils
