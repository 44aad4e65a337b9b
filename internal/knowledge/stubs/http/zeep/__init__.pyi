# Facts: Zeep documentation, "The Client object": constructing loads the WSDL document.
from zeep.client import Client as Client, AsyncClient as AsyncClient
from zeep.transports import Transport as Transport
from zeep.settings import Settings as Settings
