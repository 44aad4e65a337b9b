import shutil
import smtplib


def each(items, action):
    for item in items:
        action(item)


def delete(path):  # want: fs.write!
    shutil.rmtree(path)


def measure(path):  # want:
    return len(path)


def clean(paths):  # want: fs.write!
    each(paths, delete)


def sizes(paths):  # want:
    each(paths, measure)


def keyword(paths):  # want: fs.write!
    each(action=delete, items=paths)


def spread(paths):  # want: fs.write!
    args = (paths, delete)
    each(*args)


def mail(messages):  # want: net! notify!
    server = smtplib.SMTP("localhost")
    each(messages, server.send_message)
