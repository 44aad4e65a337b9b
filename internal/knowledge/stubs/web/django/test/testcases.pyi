# Facts: Django documentation, "Testing tools".
from django.test.client import Client as Client
from unittest import TestCase as _UnitTestCase

class SimpleTestCase(_UnitTestCase):
    client: Client

class TransactionTestCase(SimpleTestCase): ...
class TestCase(TransactionTestCase): ...
class LiveServerTestCase(TransactionTestCase): ...
