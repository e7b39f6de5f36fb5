"""Hashed n-grams of code points in numpy: exactly what the text graph computes with its own nodes.

An n-gram's bucket is a polynomial hash over the prime 2³¹ − 1 (Carter and Wegman, 1979), taken modulo the
size of the table; every product stays below 2⁶³, so whole numbers are exact on both sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

PRIME = 2**31 - 1
FACTOR = 1_540_483_477
START = 1


def buckets(codes: NDArray[np.int64], *, shortest: int, longest: int, size: int) -> list[NDArray[np.int64]]:
    """For each length of n-gram the bucket of the one that begins at each place, (N, L); −1 where the text ends."""
    places = codes.shape[1]
    padded = np.pad(codes, ((0, 0), (0, longest - 1)))
    hashed = np.full(codes.shape, START, dtype=np.int64)
    found = []
    for step in range(longest):
        letter = padded[:, step : step + places]
        hashed = (hashed * FACTOR + letter) % PRIME
        if step + 1 >= shortest:
            found.append(np.where(letter > 0, hashed % size, -1))
    return found


def counts(codes: NDArray[np.int64], *, shortest: int, longest: int, size: int) -> csr_array:
    """How often each bucket occurs in each text: (N, size), float64."""
    rows, columns = [], []
    for found in buckets(codes, shortest=shortest, longest=longest, size=size):
        row, place = np.nonzero(found >= 0)
        rows.append(row.astype(np.int32))
        columns.append(found[row, place].astype(np.int32))
    row, column = np.concatenate(rows), np.concatenate(columns)
    table = csr_array((np.ones(len(row)), (row, column)), shape=(len(codes), size))
    table.sum_duplicates()
    return table
