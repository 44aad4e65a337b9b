# Facts: django-parler documentation, "Quick start" and "Creating models".
