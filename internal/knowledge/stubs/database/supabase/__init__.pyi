# Facts: Supabase Python documentation.
from supabase._sync.client import Client as Client, create_client as create_client
from supabase._async.client import AsyncClient as AsyncClient, create_client as acreate_client
