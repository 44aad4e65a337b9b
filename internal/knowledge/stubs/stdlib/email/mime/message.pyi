# Facts: Python documentation, "email.mime".
from email.mime.nonmultipart import MIMENonMultipart

class MIMEMessage(MIMENonMultipart):
    def __init__(self, _msg, _subtype=..., *, policy=...): ...
