"""Fetch exchange rates from two providers."""
import http.client
import json
import urllib.request

import httpx
import requests

BASE = "https://rates.example.com"


def from_requests(day):  # want: net!
    reply = requests.get(f"{BASE}/{day}", timeout=5)
    reply.raise_for_status()
    return reply.json()["rates"]


def from_urllib(day):  # want: net!
    with urllib.request.urlopen(f"{BASE}/{day}") as reply:
        return json.load(reply)["rates"]


def from_httpx(day):  # want: net!
    return httpx.get(f"{BASE}/{day}").json()["rates"]


def from_stdlib(day):  # want: net!
    conn = http.client.HTTPSConnection("rates.example.com")
    conn.request("GET", f"/{day}")
    return json.loads(conn.getresponse().read())


def parse(text):  # want:
    return json.loads(text)["rates"]
