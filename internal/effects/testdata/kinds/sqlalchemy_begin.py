from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, sessionmaker

from orders import Order

engine = create_engine("postgresql://db/orders")
factory = sessionmaker(engine)
sessions = async_sessionmaker()


def save(order):  # want: db! db.write!
    with factory.begin() as session:
        session.add(order)


def remove(order):  # want: db! db.write!
    with Session(engine) as session, session.begin():
        session.delete(order)


async def save_all(orders):  # want: db db.write
    async with sessions() as session:
        async with session.begin():
            session.add_all(orders)


def newest():  # want: db!
    with factory.begin() as session:
        return session.scalars(select(Order)).first()


def staged(session: Session, order):  # want:
    session.add(order)


async def later(session: AsyncSession, order):  # want: db.write
    session.add(order)
    await session.commit()
