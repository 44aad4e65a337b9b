# Facts: Django documentation, "Signals".
from django.dispatch import Signal as Signal
pre_save: Signal
post_save: Signal
pre_delete: Signal
post_delete: Signal
m2m_changed: Signal
pre_init: Signal
post_init: Signal
post_migrate: Signal
