# Facts: Werkzeug documentation, "Data Structures".

class FileStorage:
    filename: str
    @effect("fs.write", sink="dst")
    def save(self, dst, buffer_size=...): ...
