# Facts: Django documentation, "File storage API".
from django.core.files.storage.base import Storage as Storage
from django.core.files.storage.filesystem import FileSystemStorage as FileSystemStorage
default_storage: Storage
