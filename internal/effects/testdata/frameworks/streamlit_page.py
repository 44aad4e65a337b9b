# want-import: net! stdout
import requests
import streamlit as st


@st.cache_data
def load(day):  # want: net!
    return requests.get(f"https://api.example.com/{day}").json()


def total(rows):  # want:
    return sum(row["n"] for row in rows)


rows = load("today")
print(total(rows))
