# Facts: PyGithub documentation, "Pagination": pages are fetched while it is iterated over.

class PaginatedList:
    totalCount: int
    @effect("net", taint="external")
    def __iter__(self) -> Iterator[Any]: ...
    @effect("net", taint="external")
    def __getitem__(self, index): ...
    @effect("net", taint="external")
    def get_page(self, page): ...
