# Facts: SQLModel documentation; the asynchronous session is SQLAlchemy's.
from sqlalchemy.ext.asyncio import AsyncSession as _AsyncSession
from sqlalchemy.engine import ScalarResult

class AsyncSession(_AsyncSession):
    @effect("db", sql="statement", sink="statement", taint="db")
    async def exec(self, statement, *, params=..., execution_options=..., bind_arguments=..., _parent_execute_state=..., _add_event=...) -> ScalarResult: ...
