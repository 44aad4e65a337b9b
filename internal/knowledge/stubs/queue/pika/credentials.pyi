# Facts: Pika documentation, "Authentication Credentials".

class PlainCredentials:
    def __init__(self, username, password, erase_on_connect=...): ...
