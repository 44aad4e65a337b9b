# Facts: Python documentation, "os.path".
from os.path import exists as exists
from os.path import lexists as lexists
from os.path import isfile as isfile
from os.path import isdir as isdir
from os.path import islink as islink
from os.path import isjunction as isjunction
from os.path import isdevdrive as isdevdrive
from os.path import getsize as getsize
from os.path import getatime as getatime
from os.path import getctime as getctime
from os.path import getmtime as getmtime
from os.path import samefile as samefile
from os.path import sameopenfile as sameopenfile
from os.path import commonprefix as commonprefix
from os.path import samestat as samestat
