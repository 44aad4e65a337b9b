# Facts: django-safedelete documentation, "Model" and "Managers".
