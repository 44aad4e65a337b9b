import logging
import smtplib

from shop_worker import invoices, payments, stock
from shop_worker.app import app

log = logging.getLogger(__name__)


@app.task
def charge_order(order_id, cents, token, customer):
    reference = payments.settle(order_id, cents, token)
    log.info("order %s charged as %s", order_id, reference)
    send_invoice.delay(order_id, customer, cents)


@app.task(
    autoretry_for=(smtplib.SMTPServerDisconnected,),
    retry_backoff=True,
    retry_backoff_max=600,
    max_retries=5,
)
def send_invoice(order_id, customer, cents):
    invoices.send(invoices.render(order_id, customer, cents))


@app.task
def sync_stock():
    log.info("stock of %d products refreshed", stock.refresh())
