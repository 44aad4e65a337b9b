# Facts: Jinja documentation, "Loaders".

class FileSystemLoader:
    def __init__(self, searchpath, encoding=..., followlinks=...): ...

class PackageLoader:
    def __init__(self, package_name, package_path=..., encoding=...): ...
