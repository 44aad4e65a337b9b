# Facts: PayPal Python REST SDK README.
from paypalrestsdk.payments import Payment as Payment, Payout as Payout, Refund as Refund, Sale as Sale
from paypalrestsdk.api import configure as configure, Api as Api
