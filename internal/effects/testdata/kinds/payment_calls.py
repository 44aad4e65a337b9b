import stripe

stripe.api_key = "sk_test"


def charge(customer, cents):  # want: payment!
    return stripe.PaymentIntent.create(customer=customer, amount=cents, currency="eur")


def refund(intent):  # want: payment!
    return stripe.Refund.create(payment_intent=intent)


def settle(orders):  # want: payment!
    done = []
    for order in orders:
        done.append(charge(order.customer, cents(order.total)))
    return done


def cents(amount):  # want:
    return int(round(amount * 100))
