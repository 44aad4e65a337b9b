# Facts: pytest-mock documentation: patches are undone after the test.
from pytest_mock.plugin import MockerFixture as MockerFixture
