# Facts: python-pptx documentation.
from pptx.presentation import Presentation as _Presentation
@effect("fs.read")
def Presentation(pptx=...) -> _Presentation: ...
