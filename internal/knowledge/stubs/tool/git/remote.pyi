# Facts: GitPython documentation, "Tutorial".

class Remote:
    @effect("net", timeout="kill_after_timeout", default_timeout=None)
    @effect("subprocess")
    def fetch(self, refspec=..., progress=..., verbose=..., kill_after_timeout=..., allow_unsafe_protocols=..., allow_unsafe_options=..., **kwargs): ...
    @effect("net", timeout="kill_after_timeout", default_timeout=None)
    @effect("subprocess")
    def pull(self, refspec=..., progress=..., kill_after_timeout=..., allow_unsafe_protocols=..., allow_unsafe_options=..., **kwargs): ...
    @effect("net", timeout="kill_after_timeout", default_timeout=None)
    @effect("subprocess")
    def push(self, refspec=..., progress=..., kill_after_timeout=..., allow_unsafe_protocols=..., allow_unsafe_options=..., **kwargs): ...
