# Facts: dnspython documentation. The names are in the submodules.
