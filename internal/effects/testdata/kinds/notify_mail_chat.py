import smtplib
from email.message import EmailMessage

from slack_sdk import WebClient
from twilio.rest import Client

slack = WebClient(token="xoxb")


def compose(to, text):  # want:
    message = EmailMessage()
    message["To"] = to
    message.set_content(text)
    return message


def mail(to, text):  # want: net! notify!
    with smtplib.SMTP("mail.example.com") as server:
        server.send_message(compose(to, text))


def chat(text):  # want: notify!
    slack.chat_postMessage(channel="#ops", text=text)


def sms(number, text):  # want: notify! # extra: env
    client = Client("sid", "token")
    client.messages.create(to=number, body=text)
