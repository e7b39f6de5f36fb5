"""All SQL of the product: tables, statements and the two databases that run them."""

from core.store.base import Store
from core.store.opening import open_store
from core.store.transaction import Transaction

__all__ = ["Store", "Transaction", "open_store"]
