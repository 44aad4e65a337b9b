# Facts: requests-mock documentation.
from requests_mock.mocker import Mocker as Mocker
