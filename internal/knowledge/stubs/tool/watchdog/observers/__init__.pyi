# Facts: watchdog documentation.
from watchdog.observers.api import BaseObserver as Observer
