# Facts: SendGrid Python library documentation (no timeout).
from sendgrid.sendgrid import SendGridAPIClient as SendGridAPIClient
