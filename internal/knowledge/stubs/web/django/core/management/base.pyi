# Facts: Django documentation, "How to create custom django-admin commands".

@framework("cli")
class BaseCommand:
    stdout: OutputWrapper
    stderr: OutputWrapper
    def handle(self, *args, **options): ...
    def add_arguments(self, parser): ...

class OutputWrapper:
    @effect("stdout")
    def write(self, msg=..., style_func=..., ending=...): ...

class CommandError(Exception): ...
