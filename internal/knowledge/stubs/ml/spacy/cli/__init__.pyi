# Facts: spaCy documentation, "Command Line Interface".

@effect("subprocess")
@effect("net")
def download(model, direct=..., sdist=..., custom_url=..., *pip_args): ...
