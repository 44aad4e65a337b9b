from sqlalchemy import Column, Integer, String, create_engine, select, text
from sqlalchemy.orm import Session, declarative_base, sessionmaker

Base = declarative_base()
engine = create_engine("postgresql://db/shop")
Local = sessionmaker(engine)


class Item(Base):
    __tablename__ = "items"
    id = Column(Integer, primary_key=True)
    name = Column(String)


def names(session: Session):  # want: db!
    return [item.name for item in session.execute(select(Item)).scalars()]


def add(name):  # want: db.write!
    with Local() as session:
        session.add(Item(name=name))
        session.commit()


def vacuum():  # want: db! db.write!
    with engine.connect() as conn:
        conn.execute(text("VACUUM items"))


def label(item: Item):  # want:
    return f"{item.id}: {item.name}"
