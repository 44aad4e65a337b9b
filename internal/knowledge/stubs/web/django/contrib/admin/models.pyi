# Facts: Django documentation, "The Django admin site: LogEntry objects".
from django.db.models import Manager, Model

class LogEntryManager(Manager):
    @effect("db.write")
    def log_action(self, user_id, content_type_id, object_id, object_repr, action_flag, change_message=...): ...
    @effect("db.write")
    def log_actions(self, user_id, queryset, action_flag, change_message=..., *, single_object=...): ...

class LogEntry(Model):
    objects: LogEntryManager[Self]
