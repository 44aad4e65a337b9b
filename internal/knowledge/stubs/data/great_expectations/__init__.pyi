# Facts: GX Core documentation.

@effect("fs.read")
@effect("env")
def get_context(project_config=..., context_root_dir=..., project_root_dir=..., runtime_environment=..., cloud_base_url=..., cloud_access_token=..., cloud_organization_id=..., cloud_workspace_id=..., cloud_mode=..., user_agent_str=..., mode=...): ...
