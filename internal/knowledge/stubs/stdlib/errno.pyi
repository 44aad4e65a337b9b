# Facts: Python documentation, "errno".
errorcode: dict[int, str]
