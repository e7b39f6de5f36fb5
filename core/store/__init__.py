"""All SQL of the product: tables, statements and the two databases that run them.

Rows are always locked with `key_share`: a row that only names another one (a ledger entry its project)
must not wait for it, or two payers of one project wait for each other.
"""

from core.store.base import Store
from core.store.opening import open_store
from core.store.transaction import Transaction

__all__ = ["Store", "Transaction", "open_store"]
