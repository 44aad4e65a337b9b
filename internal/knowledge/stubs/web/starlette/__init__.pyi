# Facts: Starlette documentation. The names are in the submodules.
