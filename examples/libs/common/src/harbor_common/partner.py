"""HTTP to the companies we work with: one session per partner, errors as PartnerError."""

import requests


class PartnerError(Exception):
    def __init__(self, partner: str, status: int) -> None:
        super().__init__(f"{partner} answered {status}")
        self.partner = partner
        self.status = status


class PartnerClient:
    def __init__(self, name: str, base_url: str, token: str = "") -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def get_json(self, path: str, params: dict | None = None, timeout: float | None = None) -> dict:
        response = self.session.get(f"{self.base_url}/{path}", params=params, timeout=timeout)
        return self._body(response)

    def post_json(self, path: str, body: dict, timeout: float | None = None) -> dict:
        response = self.session.post(f"{self.base_url}/{path}", json=body, timeout=timeout)
        return self._body(response)

    def _body(self, response: requests.Response) -> dict:
        if response.status_code >= 400:
            raise PartnerError(self.name, response.status_code)
        return response.json()
