from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite://")
Session = sessionmaker(engine)
COUNT = text("SELECT count(*) FROM orders")


def update_text():  # want: db! db.write!
    with Session.begin() as session:
        session.execute(text("UPDATE orders SET a = 1"))


def engine_delete():  # want: db! db.write!
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM orders"))


def count():  # want: db!
    with engine.connect() as connection:
        return connection.execute(COUNT).scalar()
