# Facts: IMAPClient documentation; without `timeout` a response is waited for without end.
from imapclient.imapclient import IMAPClient as IMAPClient
