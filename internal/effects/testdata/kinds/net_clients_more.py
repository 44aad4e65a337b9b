"""HTTP clients beside requests and httpx, and clients of other protocols."""
import aioftp
import aiohttp
import asyncssh
import consul
import curl_cffi.requests
import hvac
import ldap3
import niquests
import paho.mqtt.client as mqtt
import serial
import zmq
from aiohttp_client_cache import CachedSession as AioCachedSession
from aiohttp_retry import ExponentialRetry, RetryClient
from aiomqtt import Client as AioMqtt
from kazoo.client import KazooClient
from pymodbus.client import AsyncModbusTcpClient, ModbusTcpClient
from requests_cache import CachedSession
from requests_futures.sessions import FuturesSession


def cached(url):  # want: net!
    return CachedSession("demo", expire_after=60).get(url, timeout=3).json()


def later(url):  # want: net
    return FuturesSession(max_workers=2).get(url)


async def aio_cached(url):  # want: net
    async with AioCachedSession(cache=None) as session:
        async with session.get(url) as response:
            return await response.text()


async def retried(url):  # want: net
    async with RetryClient(retry_options=ExponentialRetry(attempts=3)) as client:
        async with client.get(url) as response:
            return await response.json()


def fast(url):  # want: net!
    return niquests.get(url).json()


def impersonated(url):  # want: net!
    with curl_cffi.requests.Session() as session:
        return session.post(url, json={}).json()


async def impersonated_later(url):  # want: net
    async with curl_cffi.requests.AsyncSession() as session:
        return (await session.get(url)).text


async def remote(host):  # want: net
    async with asyncssh.connect(host) as connection:
        result = await connection.run("uptime", check=True)
        async with connection.start_sftp_client() as sftp:
            await sftp.get("x")
        return result.stdout


async def upload(host):  # want: net
    async with aioftp.Client.context(host) as client:
        await client.upload("x")


def who(name):  # want: net!
    server = ldap3.Server("ldap.example.com")
    with ldap3.Connection(server, auto_bind=True) as connection:
        connection.search("dc=example", f"(uid={name})")
        return connection.entries


def secret(path):  # want: net! env
    client = hvac.Client(url="https://vault.example.com")
    return client.secrets.kv.v2.read_secret_version(path=path)["data"]


def flag(name):  # want: db!
    return consul.Consul().kv.get(name)


def register():  # want: net!
    consul.Consul().agent.service.register("web")


class Coordinator:
    def __init__(self, hosts):  # want: db!
        self.zk = KazooClient(hosts=hosts)
        self.zk.start()

    def leader(self):  # want: db! db.write!
        with self.zk.Lock("/lock"):
            return self.zk.get("/leader")


def ask(address):  # want: net!
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.connect(address)
    socket.send_string("hello")
    return socket.recv_string()


def weigh(port):  # want: net!
    with serial.Serial(port, 9600, timeout=1) as scale:
        scale.write(b"W\r")
        return scale.readline()


def registers(host):  # want: net!
    client = ModbusTcpClient(host)
    client.connect()
    return client.read_holding_registers(1, count=4).registers


async def registers_later(host):  # want: net
    async with AsyncModbusTcpClient(host) as client:
        return await client.read_holding_registers(1, count=4)


def on_message(client, userdata, message):  # want: stdout
    print(message.payload)


def listen(broker):  # want: net!
    client = mqtt.Client()
    client.on_message = on_message
    client.connect(broker)
    client.subscribe("a/#")
    client.loop_forever()


def tell(client: mqtt.Client, text):  # want: queue
    client.publish("a/b", text)


async def tell_later(broker):  # want: net queue
    async with AioMqtt(broker) as client:
        await client.publish("a/b", "x")
        await client.subscribe("a/#")
        async for message in client.messages:
            return message.payload
