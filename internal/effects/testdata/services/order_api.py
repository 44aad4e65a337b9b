"""An order service: API, repository, mail, and a background worker in one file."""
import logging
import smtplib
import sqlite3
from dataclasses import dataclass
from email.message import EmailMessage

from fastapi import Depends, FastAPI

log = logging.getLogger("orders")
app = FastAPI()


@dataclass
class Order:
    id: int
    mail: str
    total: float

    def subject(self):  # want:
        return f"Order {self.id}: {self.total:.2f}"


class Orders:
    def __init__(self, conn: sqlite3.Connection):  # want:
        self.conn = conn

    def find(self, i) -> Order:  # want: db!
        row = self.conn.execute("SELECT id, mail, total FROM orders WHERE id = ?", (i,)).fetchone()
        return Order(*row)

    def pay(self, order: Order):  # want: db.write!
        self.conn.execute("UPDATE orders SET paid = 1 WHERE id = ?", (order.id,))
        self.conn.commit()


class Mailer:
    def confirm(self, order: Order):  # want: net! notify! log
        message = EmailMessage()
        message["Subject"] = order.subject()
        with smtplib.SMTP("mail") as server:
            server.send_message(message)
        log.info("confirmed %s", order.id)


def orders():  # want: db!
    return Orders(sqlite3.connect("orders.db"))


@app.post("/orders/{i}/pay")
async def pay(i: int, repo: Orders = Depends(orders)):  # want: db! db.write! net! notify! log
    order = repo.find(i)
    repo.pay(order)
    Mailer().confirm(order)
    return {"paid": order.id}
