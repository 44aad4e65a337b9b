# Facts: drf-writable-nested documentation, "Usage".
from drf_writable_nested.serializers import WritableNestedModelSerializer as WritableNestedModelSerializer
