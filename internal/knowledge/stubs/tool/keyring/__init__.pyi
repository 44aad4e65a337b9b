# Facts: keyring documentation: the platform's store of secrets.
from keyring.core import get_password as get_password, set_password as set_password, delete_password as delete_password, get_credential as get_credential, get_keyring as get_keyring, set_keyring as set_keyring
