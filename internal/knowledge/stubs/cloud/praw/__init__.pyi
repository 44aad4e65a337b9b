# Facts: PRAW documentation; a request waits 16 seconds unless told otherwise. Objects are fetched when their content is first asked for.
from praw.reddit import Reddit as Reddit
