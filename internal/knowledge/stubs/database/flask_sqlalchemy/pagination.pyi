# Facts: Flask-SQLAlchemy documentation, "Paging Query Results"; the rows of a page are read when it is made.

class Pagination:
    items: list[Any]
    page: int
    per_page: int
    total: int
    has_next: bool
    has_prev: bool
    pages: int
    @effect("db", taint="db")
    def prev(self, *, error_out=...) -> Self: ...
    @effect("db", taint="db")
    def next(self, *, error_out=...) -> Self: ...
    def iter_pages(self, *, left_edge=..., left_current=..., right_current=..., right_edge=...): ...
    def __iter__(self) -> Iterator[Any]: ...

class SelectPagination(Pagination): ...

class QueryPagination(Pagination): ...
