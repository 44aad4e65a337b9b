"""Invoices as plain text mail."""

import smtplib
from email.message import EmailMessage

from harbor_common.money import Money

SENDER = "billing@harbor-pine.example"


def render(order_id: int, customer: str, cents: int) -> EmailMessage:
    message = EmailMessage()
    message["From"] = SENDER
    message["To"] = customer
    message["Subject"] = f"Your order {order_id}"
    message.set_content(f"Thank you for your order.\n\nTotal: {Money(cents)} EUR\n")
    return message


def send(message: EmailMessage, host: str = "mail.internal") -> None:
    with smtplib.SMTP(host, timeout=20) as smtp:
        smtp.send_message(message)
