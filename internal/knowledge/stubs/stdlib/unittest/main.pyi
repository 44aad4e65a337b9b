# Facts: Python documentation, "unittest".
@framework("test")
class TestProgram:
    @effect("stdout")
    @effect("exit")
    def __init__(self, module=..., defaultTest=..., argv=..., testRunner=..., testLoader=..., exit=..., verbosity=..., failfast=..., catchbreak=..., buffer=..., warnings=..., *, tb_locals=..., durations=...): ...
