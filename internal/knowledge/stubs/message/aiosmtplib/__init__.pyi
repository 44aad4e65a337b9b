# Facts: aiosmtplib documentation (60 seconds unless set).
from aiosmtplib.smtp import SMTP as SMTP
from aiosmtplib.api import send as send
