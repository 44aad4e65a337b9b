# Facts: Braintree Python SDK documentation.
from braintree.transaction_gateway import TransactionGateway
from braintree.customer_gateway import CustomerGateway
from braintree.subscription_gateway import SubscriptionGateway

class BraintreeGateway:
    transaction: TransactionGateway
    customer: CustomerGateway
    subscription: SubscriptionGateway
    def __init__(self, config=..., **kwargs): ...
