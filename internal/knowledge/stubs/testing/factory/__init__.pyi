# Facts: factory_boy documentation.
from factory.base import Factory as Factory
from factory.faker import Faker as Faker
