# Facts: Django documentation, "Signals": receivers run in the sender's call.
from django.dispatch.dispatcher import Signal as Signal, receiver as receiver
