import requests


class Webhook:
    def __init__(self, url):  # want:
        self.url = url

    def __call__(self, payload):  # want: net!
        requests.post(self.url, json=payload)


class Pipeline:
    def __init__(self, *steps):  # want:
        self.steps = list(steps)

    def __call__(self, value):
        for step in self.steps:
            value = step(value)
        return value


def notify(payload):  # want: net!
    hook = Webhook("https://hooks.example.com")
    hook(payload)


def run(value):  # want: net!
    Pipeline(Webhook("https://a.example.com"))(value)
