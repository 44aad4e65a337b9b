"""What goes in and out over HTTP."""

from pydantic import BaseModel, Field


class Line(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]{2}-\d{4}$")
    count: int = Field(gt=0, le=50)


class OrderIn(BaseModel):
    customer_id: int
    postcode: str = Field(min_length=4, max_length=10)
    lines: list[Line] = Field(min_length=1, max_length=100)


class OrderOut(BaseModel):
    id: int
    status: str
    total: str


class Quote(BaseModel):
    carrier: str
    price: str
    days: int
