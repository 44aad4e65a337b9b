# Facts: drf-writable-nested documentation, "Usage".
from rest_framework.serializers import ModelSerializer

class WritableNestedModelSerializer(ModelSerializer): ...
