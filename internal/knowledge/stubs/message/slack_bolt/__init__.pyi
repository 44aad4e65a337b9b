# Facts: Bolt for Python documentation, "Listening to events".
from slack_bolt.app import App as App
