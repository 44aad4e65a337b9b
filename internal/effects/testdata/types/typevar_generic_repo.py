import sqlite3
from typing import Generic, TypeVar

T = TypeVar("T")


class User:
    def greet(self):  # want: stdout
        print("hello")


class Repo(Generic[T]):
    def __init__(self, conn: sqlite3.Connection):  # want:
        self.conn = conn

    def delete(self, item: T):  # want: db.write!
        self.conn.execute("delete from items where id = ?", (item,))


class Users(Repo[User]):
    def purge(self, users: list[User]):  # want: db.write! stdout
        for user in users:
            user.greet()
            self.delete(user)


def cast_generic(repo: Repo[User], user: User):  # want: db.write!
    repo.delete(user)
