# Facts: Slack SDK for Python documentation (30 seconds unless set).
from slack_sdk.web import WebClient as WebClient
from slack_sdk.webhook import WebhookClient as WebhookClient
