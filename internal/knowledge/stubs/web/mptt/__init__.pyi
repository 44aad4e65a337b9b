# Facts: django-mptt documentation, "Models and Managers".
