"""Bots: handlers are the framework's to call; what they send is theirs."""
import aiogram
import socketio
import telebot
from aiogram import Bot, Dispatcher, Router
from aiogram.types import Message
from telethon import TelegramClient

bot = telebot.TeleBot("token")
router = Router()
client = TelegramClient("name", 1, "hash")
sio = socketio.AsyncServer(async_mode="asgi")


@bot.message_handler(commands=["start"])
def start(message):  # want: notify!
    bot.reply_to(message, "hello")


def poll():  # want: net!
    bot.infinity_polling()


@router.message()
async def echo(message: Message):  # want: notify
    await message.answer(message.text)


async def announce(token, chat):  # want: notify
    await Bot(token).send_message(chat, "now")


async def main(token):  # want: net
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    await dispatcher.start_polling(Bot(token))


async def history(chat):  # want: net
    async for message in client.iter_messages(chat, limit=10):
        yield message.text


async def post(chat):  # want: notify
    await client.send_message(chat, "hello")


@sio.event
async def joined(sid, data):  # want: net
    await sio.enter_room(sid, data["room"])
    await sio.emit("joined", {"sid": sid}, room=data["room"])
