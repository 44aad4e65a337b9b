import concurrent.futures as cf
import os.path as osp
import urllib.request as req
import xml.etree.ElementTree as ET
from os import path, remove as rm


def exists(name):  # want: fs.read!
    return osp.exists(name)


def is_dir(name):  # want: fs.read!
    return path.isdir(name)


def base(name):  # want:
    return path.basename(name)


def drop(name):  # want: fs.write!
    rm(name)


def fetch(url):  # want: net!
    return req.urlopen(url).read()


def parse(text):  # want:
    return ET.fromstring(text)


def parse_file(name):  # want: fs.read!
    return ET.parse(name)


def pool():  # want:
    return cf.ThreadPoolExecutor
