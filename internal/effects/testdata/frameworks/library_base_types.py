import redis
import requests
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import models
from rest_framework import serializers, viewsets
from rq.decorators import job


class Book(models.Model):
    title = models.CharField(max_length=9)


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title"]


class BookViewSet(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer

    def perform_create(self, serializer):  # want: db.write!
        serializer.save(owner=self.request.user)

    def perform_destroy(self, instance):  # want: db.write!
        instance.delete()


def sign_up(name):  # want: db.write!
    return User.objects.create_user(name, "a@example.com", "p")


def names():  # want: db!
    return [u.id for u in get_user_model().objects.all()]


@job("default", connection=redis.Redis())
def fetch(url):  # want: net!
    requests.get(url, timeout=1)


def later(url):  # want: queue!
    fetch.delay(url)


def ping(*sessions: requests.Session):  # want: net!
    for s in sessions:
        s.get("https://example.com", timeout=1)


def ping_named(**sessions: requests.Session):  # want: net!
    for s in sessions.values():
        s.get("https://example.com", timeout=1)
