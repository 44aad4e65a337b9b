"""Querysets by their annotations, slices, models of libraries, and what runs after the commit or on a miss of the cache."""
from functools import partial

import requests
from celery import shared_task
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from django.core.cache import cache
from django.db import models, transaction
from django.db.models import Manager, QuerySet
from rest_framework.authtoken.models import Token


class Profile(models.Model):
    age = models.IntegerField()

    def announce(self):  # want: net!
        requests.post("https://example.com", timeout=3)


def grow(qs: QuerySet[Profile]):  # want: db.write!
    return qs.update(age=1)


def count(qs: "QuerySet[Profile]"):  # want: db!
    return qs.filter(age=1).count()


def tell(qs: QuerySet[Profile]):  # want: db! net!
    for profile in qs:
        profile.announce()


def tell_first(manager: Manager[Profile]):  # want: db! net!
    manager.filter(age=1).first().announce()


def drop(qs: models.QuerySet):  # want: db.write!
    return qs.delete()


def size(qs: QuerySet[Profile]):  # want: db!
    return len(qs)


def find() -> QuerySet[Profile]:  # want:
    return Profile.objects.filter(age=1)


def use():  # want: db!
    return list(find())


def latest():  # want:
    return Profile.objects.order_by("-id")[:5]


def tell_latest():  # want: db! net!
    for profile in latest():
        profile.announce()


def second():  # want: db!
    return Profile.objects.order_by("-id")[1]


def every_other():  # want: db!
    return Profile.objects.order_by("-id")[0:10:2]


def token(user):  # want: db.write!
    made, _ = Token.objects.get_or_create(user=user)
    return made.key


def rotate(user):  # want: db! db.write!
    old = Token.objects.filter(user=user).first()
    if old is not None:
        old.delete()


def groups():  # want: db!
    return list(Group.objects.all())


def rename(name):  # want: db! db.write!
    for group in Group.objects.all():
        group.name = name
        group.save()


def permission(codename):  # want: db!
    return Permission.objects.get(codename=codename)


def kind(model):  # want: db!
    return ContentType.objects.get_for_model(model)


def log_out_all():  # want: db.write!
    Session.objects.all().delete()


def site():  # want: db!
    return Site.objects.get_current()


@shared_task
def notify(pk):  # want: stdout
    print(pk)


def view(pk):  # want: queue!
    transaction.on_commit(lambda: notify.delay(pk))


def other_view(pk):  # want: queue!
    transaction.on_commit(partial(notify.delay, pk))


def rates():  # want: net!
    return requests.get("https://example.com", timeout=1).json()


def cached_rates():  # want: db.write! net!
    return cache.get_or_set("rates", rates, 60)


def cached_count():  # want: db.write! db!
    return cache.get_or_set("count", lambda: Profile.objects.count(), 60)


def cached_number():  # want: db.write!
    return cache.get_or_set("number", 5, 60)
