# Facts: google-auth documentation, "User Guide": looks at the environment, files and the metadata server.

@effect("env")
@effect("fs.read")
@effect("net")
def default(scopes=..., request=..., quota_project_id=..., default_scopes=...): ...
@effect("fs.read")
def load_credentials_from_file(filename, scopes=..., default_scopes=..., quota_project_id=..., request=...): ...
