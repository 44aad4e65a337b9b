# Facts: Django documentation, "The \"sites\" framework".
from django.contrib.sites.models import Site

@effect("db")
def get_current_site(request) -> Site: ...
