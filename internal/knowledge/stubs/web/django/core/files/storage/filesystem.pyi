# Facts: Django documentation, "File storage API".
from django.core.files.storage.base import Storage as Storage

class FileSystemStorage(Storage): ...
