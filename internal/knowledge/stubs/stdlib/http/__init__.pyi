# Facts: Python documentation, "http".
class HTTPStatus:
    value: int
    phrase: str
    description: str

class HTTPMethod:
    value: str
