# Facts: django-polymorphic documentation, "Quickstart" and "Custom Managers, Querysets & Inheritance".
