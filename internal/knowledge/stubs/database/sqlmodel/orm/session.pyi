# Facts: SQLModel documentation, "Read Data".
from sqlalchemy.orm.session import Session as _Session
from sqlalchemy.engine import ScalarResult

class Session(_Session):
    @effect("db", sql="statement", sink="statement", taint="db")
    def exec(self, statement, *, params=..., execution_options=..., bind_arguments=..., _parent_execute_state=..., _add_event=...) -> ScalarResult: ...
