# Facts: Faust documentation.
from faust.app.base import App as App
