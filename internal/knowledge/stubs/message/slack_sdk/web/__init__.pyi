# Facts: Slack SDK for Python documentation, "Web Client".
from slack_sdk.web.client import WebClient as WebClient
