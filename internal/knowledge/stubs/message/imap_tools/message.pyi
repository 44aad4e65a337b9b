# Facts: imap_tools documentation, "Email attributes".

class MailMessage:
    subject: str
    text: str
    html: str
    @classmethod
    def from_bytes(cls, raw_message_data): ...
