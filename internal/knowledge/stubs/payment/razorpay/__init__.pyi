# Facts: Razorpay Python SDK documentation (no timeout unless one is given).
from razorpay.client import Client as Client
