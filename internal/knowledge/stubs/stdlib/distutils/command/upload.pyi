# Facts: Python documentation, "distutils".
class upload:
    @effect("net", write=True, idempotent=False)
    def upload_file(self, command, pyversion, filename): ...
