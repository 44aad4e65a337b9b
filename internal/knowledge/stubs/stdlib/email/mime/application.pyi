# Facts: Python documentation, "email.mime".
from email.mime.nonmultipart import MIMENonMultipart

class MIMEApplication(MIMENonMultipart):
    def __init__(self, _data, _subtype=..., _encoder=..., *, policy=..., **_params): ...
