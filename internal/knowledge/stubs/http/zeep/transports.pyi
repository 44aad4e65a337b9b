# Facts: Zeep documentation, "Transports" (300 seconds for the WSDL, no limit for operations).

class Transport:
    def __init__(self, cache=..., timeout=..., operation_timeout=..., session=...): ...
