# Facts: Tweepy documentation; a request of API waits 60 seconds unless told otherwise.
from tweepy.api import API as API
from tweepy.client import Client as Client
from tweepy.cursor import Cursor as Cursor
from tweepy.auth import OAuth1UserHandler as OAuth1UserHandler, OAuth2BearerHandler as OAuth2BearerHandler, OAuthHandler as OAuthHandler
