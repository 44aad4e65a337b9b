# Facts: Faker documentation.
from faker.proxy import Faker as Faker
