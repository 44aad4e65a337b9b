# Facts: Bolt for Python documentation, "Listening to events".
from slack_bolt.app.app import App as App
