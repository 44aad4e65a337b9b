# Facts: Blinker documentation: receivers run in the sender's call.
from blinker.base import ANY as ANY, Namespace as Namespace, NamedSignal as NamedSignal, Signal as Signal, default_namespace as default_namespace, signal as signal
