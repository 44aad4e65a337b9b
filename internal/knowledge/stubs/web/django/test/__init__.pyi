# Facts: Django documentation, "Testing tools": requests stay inside the process.
from django.test.client import Client as Client, AsyncClient as AsyncClient, RequestFactory as RequestFactory
from django.test.testcases import TestCase as TestCase, SimpleTestCase as SimpleTestCase, TransactionTestCase as TransactionTestCase, LiveServerTestCase as LiveServerTestCase
from django.test.utils import override_settings as override_settings
