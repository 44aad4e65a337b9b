"""What is handed on decides in the next function too."""
import functools

import requests


def deliver(message, broadcast=True, retries=0):  # want: net!
    if broadcast:
        requests.post("https://example.org/inbox", json=message, timeout=5)


def save(message, broadcast=True):  # want: fs.write! net!
    with open("message.txt", "w") as f:
        f.write(message)
    deliver(message, broadcast)


def save_locally(message):  # want: fs.write!
    save(message, False)


def save_and_send(message):  # want: fs.write! net!
    save(message)


class Model:
    def save(self, *args, broadcast=True, **kwargs):  # want: fs.write! net!
        with open("model.txt", "w") as f:
            f.write(str(self))
        for _ in range(3):
            deliver(self, broadcast=broadcast)


class Book(Model):
    def save(self, *args, **kwargs):  # want: fs.write! net!
        super().save(*args, **kwargs)

    def repair(self):  # want: fs.write!
        self.save(fields=["title"], broadcast=False)

    def publish(self):  # want: fs.write! net!
        self.save(fields=["title"])


class Edition(Book):
    def save(self, *args, **kwargs):  # want: fs.write! net!
        return super().save(*args, **kwargs)

    def touch(self):  # want: fs.write!
        self.save(broadcast=False)


def counted(f):  # want:
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        for attempt in range(3):
            return f(*args, **kwargs)
    return wrapper


@counted
def remove(path, remote=False):
    if remote:
        requests.delete(path, timeout=5)


def remove_here(path):  # want:
    remove(path)


def remove_there(path):  # want: net!
    remove(path, True)


def remove_where(path, remote):  # want: net!
    remove(path, remote=remote)


def remove_nowhere(path):  # want:
    remove_where(path, False)


class Client:
    def __init__(self, url, connect=True):  # want: net!
        self.url = url
        if connect:
            self.open()

    def open(self):  # want: net!
        requests.get(self.url, timeout=5)


def client(url):  # want: net!
    return Client(url)


def idle_client(url):  # want:
    return Client(url, connect=False)


class Folder:
    def files(*args, **kwargs):  # want: net!
        return Folder.list(*args, **kwargs)

    def list(self, remote=False):  # want: net!
        if remote:
            return requests.get("https://example.org", timeout=5)

    def here(self):  # want:
        return self.files()

    def there(self):  # want: net!
        return self.files(True)
