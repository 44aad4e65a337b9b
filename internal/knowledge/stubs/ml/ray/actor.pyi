# Facts: Ray documentation, "Actors".

class ActorClass:
    @effect("subprocess", blocking=False)
    def remote(self, *args, **kwargs): ...
