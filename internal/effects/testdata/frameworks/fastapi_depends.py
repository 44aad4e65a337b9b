from typing import Annotated

import requests
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
router = APIRouter()
Local = sessionmaker()


def get_db():
    db = Local()
    try:
        yield db
    finally:
        db.close()


def current_user(token: str):  # want: net!
    return requests.get("https://auth.example.com", params={"t": token}).json()


def mail(to: str):  # want: net!
    requests.post("https://mail.example.com", json={"to": to})


@app.get("/items")
def items(db: Session = Depends(get_db)):  # want: db!
    return db.execute("select * from items").all()


@router.post("/items")
async def create(user: Annotated[dict, Depends(current_user)], tasks: BackgroundTasks):  # want: net
    tasks.add_task(mail, user["mail"])
    return {"ok": True}


@app.get("/health")
async def health():  # want:
    return {"ok": True}


app.include_router(router)
