# Facts: django-softdelete documentation, README.
