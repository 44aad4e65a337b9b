# Facts: python-emails documentation, "Quickstart".
from emails.message import Message as Message, html as html
