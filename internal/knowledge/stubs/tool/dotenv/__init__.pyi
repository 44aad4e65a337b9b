# Facts: python-dotenv documentation: the values of the file are put into the environment.
from dotenv.main import load_dotenv as load_dotenv, dotenv_values as dotenv_values, find_dotenv as find_dotenv, set_key as set_key, get_key as get_key
