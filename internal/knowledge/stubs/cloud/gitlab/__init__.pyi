# Facts: python-gitlab documentation; without `timeout` a request waits for ever.
from gitlab.client import Gitlab as Gitlab
