# Facts: django-extensions documentation, "Model extensions".
