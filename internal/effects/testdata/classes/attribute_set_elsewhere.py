import smtplib


class Mailer:
    server = None

    def connect(self):  # want: net!
        self.server = smtplib.SMTP("mail")

    def send(self, message):  # want: notify!
        self.server.send_message(message)

    def close(self):  # want: net!
        self.server.quit()


def deliver(message):  # want: net! notify!
    mailer = Mailer()
    mailer.connect()
    try:
        mailer.send(message)
    finally:
        mailer.close()
