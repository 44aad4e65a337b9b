"""The session that a maker gives is of the class it was made for, and run_sync does not hold the loop."""
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession as ModelSession

engine = create_async_engine("sqlite+aiosqlite://")
old_maker = sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
model_maker = async_sessionmaker(engine, class_=ModelSession)
old_model_maker = sessionmaker(engine, class_=ModelSession)


class Base(DeclarativeBase):
    pass


class AuditedSession(Session):
    def audit(self, what):  # want: fs.write!
        with open("audit.log", "a") as f:
            f.write(what)


audited_maker = sessionmaker(class_=AuditedSession)


async def first():  # want: db
    async with old_maker() as s:
        return (await s.execute(text("select 1"))).scalar()


async def insert(row):  # want: db.write
    async with old_maker() as s:
        s.add(row)
        await s.commit()


async def rows(table):  # want: db
    async with model_maker() as s:
        return (await s.exec(select(table))).all()


async def old_rows(table):  # want: db
    async with old_model_maker() as s:
        return (await s.exec(select(table))).all()


def audited(what):  # want: fs.write! db.write!
    with audited_maker() as s:
        s.audit(what)
        s.commit()


async def create():  # want: db db.write
    async with engine.begin() as conn:
        await conn.run_sync(Base.metadata.create_all)


def count(conn, name):  # want: db!
    return conn.execute(text("select count(*) from " + name)).scalar()


async def counted(name):  # want: db
    async with engine.connect() as conn:
        return await conn.run_sync(count, name)
