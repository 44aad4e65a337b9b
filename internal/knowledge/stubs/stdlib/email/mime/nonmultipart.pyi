# Facts: Python documentation, "email.mime".
from email.mime.base import MIMEBase

class MIMENonMultipart(MIMEBase): ...
