# Facts: jira documentation; without `timeout` a request waits for ever.
from jira.client import JIRA as JIRA
from jira.resources import Issue as Issue
