# Facts: MSAL Python documentation.
from msal.application import ClientApplication as ClientApplication, ConfidentialClientApplication as ConfidentialClientApplication, PublicClientApplication as PublicClientApplication
from msal.token_cache import TokenCache as TokenCache, SerializableTokenCache as SerializableTokenCache
