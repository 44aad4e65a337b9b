"""Clients of services: code hosts, trackers, mail boxes, chat, data and papers."""
import ccxt
import ccxt.async_support as ccxt_async
import docx
import fitz
import gitlab
import keyring
import msal
import pdfkit
import pdfplumber
import pytesseract
import tweepy
import yfinance as yf
import yt_dlp
from faster_whisper import WhisperModel
from flask_mail import Mail, Message
from github import Github
from googleapiclient.discovery import build
from imap_tools import MailBox
from imapclient import IMAPClient
from jira import JIRA
from pydub import AudioSegment
from pypdf import PdfReader, PdfWriter
from simple_salesforce import Salesforce
from web3 import Web3


def files(credentials):  # want: net! fs.read!
    service = build("drive", "v3", credentials=credentials)
    return service.files().list(pageSize=10, fields="files(id)").execute()["files"]


def request(credentials):  # want: fs.read!
    return build("drive", "v3", credentials=credentials).files().list(pageSize=10)


def open_issue(token, title):  # want: net!
    repo = Github(token).get_repo("acme/site")
    return repo.create_issue(title=title).number


def issues(token):  # want: net!
    return [i.title for i in Github(token).get_repo("acme/site").get_issues(state="open")]


def pipelines(token):  # want: net!
    gl = gitlab.Gitlab("https://gitlab.example.com", private_token=token, timeout=10)
    return gl.projects.get(1).pipelines.list(iterator=True)


class Tracker:
    def __init__(self, url):  # want: net!
        self.jira = JIRA(server=url, timeout=10)

    def close(self, key):  # want: net!
        issue = self.jira.issue(key)
        self.jira.transition_issue(issue, "Done")
        issue.update(fields={"resolution": "Done"})


def accounts():  # want: net!
    sf = Salesforce(username="u", password="p", security_token="t")
    sf.Account.create({"Name": "a"})
    return sf.query("SELECT Id FROM Account")["records"]


def token(tenant):  # want: net!
    app = msal.ConfidentialClientApplication("id", authority=tenant, timeout=5)
    return app.acquire_token_for_client(scopes=["x"])["access_token"]


def unread(host):  # want: net!
    with MailBox(host, timeout=10).login("u", "p") as box:
        return [m.subject for m in box.fetch(limit=5)]


def move(host):  # want: net!
    with IMAPClient(host, timeout=10) as server:
        server.login("u", "p")
        server.select_folder("INBOX")
        server.move(server.search("SEEN"), "Archive")


mail = Mail()


def notify(to):  # want: notify!
    mail.send(Message("hello", recipients=[to]))


def tweet(text):  # want: notify!
    tweepy.Client("token").create_tweet(text=text)


def price(symbol):  # want: net!
    return yf.Ticker(symbol).history(period="1d")


def buy(symbol):  # want: payment! net!
    exchange = ccxt.binance({"enableRateLimit": True})
    if exchange.fetch_ticker(symbol)["last"] < 10:
        exchange.create_order(symbol, "market", "buy", 1)


async def ticker(symbol):  # want: net
    exchange = ccxt_async.kraken()
    return await exchange.fetch_ticker(symbol)


w3 = Web3(Web3.HTTPProvider("https://node.example.com"))


def balance(address, abi):  # want: net!
    contract = w3.eth.contract(address=address, abi=abi)
    return contract.functions.balanceOf(address).call()


def transfer(address, abi):  # want: net!
    contract = w3.eth.contract(address=address, abi=abi)
    tx = contract.functions.transfer(address, 1).transact()
    return w3.eth.wait_for_transaction_receipt(tx)


def text(path):  # want: fs.read!
    return "".join(page.extract_text() for page in PdfReader(path).pages)


def first_page(path):  # want: fs.read!
    with pdfplumber.open(path) as pdf:
        return pdf.pages[0].extract_text()


def picture(path):  # want: fs.read! fs.write!
    document = fitz.open(path)
    document.load_page(0).get_pixmap().save("page.png")


def merge(paths):  # want: fs.read! fs.write!
    writer = PdfWriter()
    for path in paths:
        writer.append(path)
    writer.write("all.pdf")


def letter(name):  # want: fs.read! fs.write!
    document = docx.Document("letter.docx")
    document.add_paragraph(name)
    document.save(f"{name}.docx")


def scan(image):  # want: subprocess!
    return pytesseract.image_to_string(image, timeout=20)


def print_page(url):  # want: subprocess!
    pdfkit.from_url(url, "out.pdf")


def louder(path):  # want: subprocess! fs.read! fs.write!
    (AudioSegment.from_file(path) + 6).export("out.mp3", format="mp3")


def video(url):  # want: net! fs.write!
    with yt_dlp.YoutubeDL({"quiet": True}) as downloader:
        downloader.download([url])


def subtitles(path):  # want: model.load! fs.read!
    model = WhisperModel("small")
    segments, info = model.transcribe(path)
    return [s.text for s in segments]


def password():  # want: fs.read!
    return keyring.get_password("service", "me")
