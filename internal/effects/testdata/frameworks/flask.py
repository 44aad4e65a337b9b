from flask import Flask, current_app, g, request, jsonify
import sqlite3
import logging

app = Flask(__name__)

def get_db():  # want: db! state
    if "db" not in g:
        g.db = sqlite3.connect("x.db")
    return g.db

@app.before_request
def before():  # want: log
    current_app.logger.info("req")

@app.teardown_appcontext
def close(exc):  # want:
    db = g.pop("db", None)
    if db is not None:
        db.close()

@app.route("/items", methods=["POST"])
def items():  # want: db! db.write! state
    db = get_db()
    db.execute("INSERT INTO items VALUES (?)", (request.json["n"],))
    db.commit()
    return jsonify(ok=True)

@app.get("/items")
def listing():  # want: db! state
    return jsonify([r[0] for r in get_db().execute("select n from items")])

@app.cli.command("init")
def init():  # want: db! db.write! fs.read! state
    with app.open_resource("schema.sql") as f:
        get_db().executescript(f.read().decode())

def create_app():  # want:
    a = Flask("x")
    a.register_blueprint(None)
    return a

if __name__ == "__main__":
    app.run()
