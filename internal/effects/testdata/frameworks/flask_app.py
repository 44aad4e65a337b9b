import sqlite3

from flask import Flask, g, jsonify, request

app = Flask(__name__)


def get_db():  # want: db! # extra: state
    if "db" not in g:
        g.db = sqlite3.connect("app.db")
    return g.db


@app.route("/users")
def users():  # want: db! # extra: state
    rows = get_db().execute("select name from users").fetchall()
    return jsonify([r[0] for r in rows])


@app.post("/users")
def add_user():  # want: db! db.write! # extra: state
    db = get_db()
    db.execute("insert into users values (?)", (request.json["name"],))
    db.commit()
    return "", 201


@app.before_request
def audit():  # want: log
    app.logger.info("%s", request.path)


def main():  # want: listen!
    app.run(port=5000)
