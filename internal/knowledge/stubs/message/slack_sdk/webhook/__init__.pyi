# Facts: Slack SDK for Python documentation, "Incoming Webhooks".
from slack_sdk.webhook.client import WebhookClient as WebhookClient
