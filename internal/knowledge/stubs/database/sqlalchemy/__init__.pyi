# Facts: SQLAlchemy documentation, "Engine Configuration" (creating an engine does not connect) and "SQL Statements and Expressions API".
from sqlalchemy.engine import create_engine as create_engine, Engine as Engine, Connection as Connection, engine_from_config as engine_from_config, Result as Result, Row as Row
from sqlalchemy.sql import text as text, select as select, insert as insert, update as update, delete as delete
from sqlalchemy.sql.schema import MetaData as MetaData, Table as Table
from sqlalchemy.inspection import inspect as inspect
from sqlalchemy import event as event
