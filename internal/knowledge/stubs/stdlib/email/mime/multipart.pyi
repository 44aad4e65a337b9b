# Facts: Python documentation, "email.mime".
from email.mime.base import MIMEBase

class MIMEMultipart(MIMEBase):
    def __init__(self, _subtype=..., boundary=..., _subparts=..., *, policy=..., **_params): ...
