# Facts: Braintree Python SDK documentation (60 seconds unless set).
from braintree.braintree_gateway import BraintreeGateway as BraintreeGateway
from braintree.transaction import Transaction as Transaction
from braintree.customer import Customer as Customer
from braintree.subscription import Subscription as Subscription
