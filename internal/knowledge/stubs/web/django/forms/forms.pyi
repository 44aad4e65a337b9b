# Facts: Django documentation, "The Forms API".

class BaseForm:
    cleaned_data: dict[str, Any]
    def is_valid(self): ...

class Form(BaseForm): ...
