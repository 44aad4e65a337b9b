# Facts: Django Channels documentation. The names are in the submodules.
