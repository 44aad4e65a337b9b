# Facts: Apprise documentation, "Development: Python library".
from apprise.apprise import Apprise as Apprise
