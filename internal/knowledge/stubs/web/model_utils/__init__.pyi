# Facts: django-model-utils documentation, "Models" and "Model Managers".
