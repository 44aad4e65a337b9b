from pymongo import MongoClient

client = MongoClient("mongodb://db")
users = client["shop"]["users"]


def by_mail(mail):  # want: db!
    return users.find_one({"mail": mail})


def register(mail, name):  # want: db! db.write!
    if by_mail(mail):
        raise ValueError(mail)
    users.insert_one({"mail": mail, "name": name})


def rename(mail, name):  # want: db.write!
    users.update_one({"mail": mail}, {"$set": {"name": name}})


def normalise(mail):  # want:
    return mail.strip().lower()
