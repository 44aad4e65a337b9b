# Facts: Python documentation, "distutils".
class register:
    @effect("net", write=True)
    def post_to_server(self, data, auth=...): ...
