# Facts: Django Channels documentation, "Consumers". The names are in the submodules.
