# Facts: imap_tools documentation.
from imap_tools.mailbox import MailBox as MailBox, MailBoxUnencrypted as MailBoxUnencrypted, MailBoxStartTls as MailBoxStartTls
from imap_tools.message import MailMessage as MailMessage
