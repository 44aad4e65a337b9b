# Facts: Dependency Injector documentation.
