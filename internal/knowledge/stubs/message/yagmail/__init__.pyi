# Facts: yagmail documentation: constructing reads the password from the keyring or a file.
from yagmail.sender import SMTP as SMTP
