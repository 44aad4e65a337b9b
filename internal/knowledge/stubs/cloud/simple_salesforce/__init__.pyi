# Facts: Simple Salesforce documentation; the session is one of requests, without a timeout unless one is given to it.
from simple_salesforce.api import Salesforce as Salesforce, SFType as SFType
from simple_salesforce.login import SalesforceLogin as SalesforceLogin
