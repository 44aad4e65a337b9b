# Facts: Django REST framework documentation, "Responses".

class Response:
    def __init__(self, data=..., status=..., template_name=..., headers=..., exception=..., content_type=...): ...
