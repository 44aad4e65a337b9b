# Facts: python-pptx documentation, "Presentations".

class Presentation:
    @effect("fs.write")
    def save(self, file): ...
    slides: Any
