# Facts: Django documentation, "Applications".
from django.apps.config import AppConfig as AppConfig
