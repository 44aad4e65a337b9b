"""Orders and products in PostgreSQL. One session for each request."""

from collections.abc import Iterator

from fastapi import Depends, Request
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from harbor_common.money import Money, total

from .schemas import OrderIn


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "product"
    sku: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    price_cents: Mapped[int]
    weight_grams: Mapped[int]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    postcode: Mapped[str]
    status: Mapped[str] = mapped_column(default="new")
    total_cents: Mapped[int]
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order")


class OrderLine(Base):
    __tablename__ = "order_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    sku: Mapped[str] = mapped_column(ForeignKey("product.sku"))
    count: Mapped[int]
    order: Mapped[Order] = relationship(back_populates="lines")


def make_engine(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})


def get_session(request: Request) -> Iterator[Session]:
    with Session(request.app.state.engine) as session:
        yield session


class UnknownProduct(Exception):
    pass


class Orders:
    def __init__(self, session: Session = Depends(get_session)) -> None:
        self.session = session

    def products(self, skus: list[str]) -> dict[str, Product]:
        found = self.session.scalars(select(Product).where(Product.sku.in_(skus))).all()
        return {product.sku: product for product in found}

    def place(self, order_in: OrderIn) -> Order:
        products = self.products([line.sku for line in order_in.lines])
        missing = [line.sku for line in order_in.lines if line.sku not in products]
        if missing:
            raise UnknownProduct(", ".join(missing))
        price = total([Money(products[line.sku].price_cents).times(line.count) for line in order_in.lines])
        order = Order(customer_id=order_in.customer_id, postcode=order_in.postcode, total_cents=price.cents)
        order.lines = [OrderLine(sku=line.sku, count=line.count) for line in order_in.lines]
        self.session.add(order)
        self.session.commit()
        return order

    def find(self, order_id: int) -> Order | None:
        return self.session.get(Order, order_id)
