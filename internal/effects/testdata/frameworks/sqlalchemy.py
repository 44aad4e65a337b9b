from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, relationship, Mapped, mapped_column, DeclarativeBase

class Base(DeclarativeBase): pass

class Post(Base):
    __tablename__ = "p"
    id: Mapped[int] = mapped_column(primary_key=True)
    comments: Mapped[list["Comment"]] = relationship()

class Comment(Base):
    __tablename__ = "c"
    id: Mapped[int] = mapped_column(primary_key=True)

engine = create_engine("postgresql://")
aengine = create_async_engine("postgresql+asyncpg://")
ASession = async_sessionmaker(aengine)

class Repo:
    def __init__(self, session: Session):  # want:
        self.session = session
    def get(self, pk):  # want: db!
        return self.session.get(Post, pk)
    def add(self, p):  # want:
        self.session.add(p)
    def save(self, p):  # want: db.write!
        self.add(p)
        self.session.commit()
    def query(self):  # want:
        return self.session.query(Post).filter(Post.id > 3)
    def first(self):  # want: db!
        return self.query().first()
    def raw(self):  # want: db.write!
        return self.session.execute(text("DELETE FROM p"))

def engine_run():  # want: db! db.write!
    with engine.begin() as c:
        c.execute(insert(Post).values(id=1))

def engine_read():  # want: db!
    with engine.connect() as c:
        return c.execute(select(Post)).all()

async def aget(pk):  # want: db
    async with ASession() as s:
        return await s.get(Post, pk)

async def awrite(s: AsyncSession, p):  # want: db.write
    s.add(p)
    await s.commit()

def statement():  # want:
    return select(Post).where(Post.id == 3)
