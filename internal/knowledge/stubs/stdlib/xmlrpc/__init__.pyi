# Facts: Python documentation, "xmlrpc". No effects.
