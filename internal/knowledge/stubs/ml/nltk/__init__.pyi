# Facts: NLTK documentation.
from nltk.tokenize import word_tokenize as word_tokenize, sent_tokenize as sent_tokenize
from nltk.downloader import download as download
