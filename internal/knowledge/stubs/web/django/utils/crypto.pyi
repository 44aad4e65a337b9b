# Facts: Django documentation, "Django Utils".

@effect("random")
def get_random_string(length, allowed_chars=...): ...
