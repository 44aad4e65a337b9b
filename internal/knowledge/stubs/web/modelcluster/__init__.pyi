# Facts: django-modelcluster documentation, README.
