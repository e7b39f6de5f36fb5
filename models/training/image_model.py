"""Images for the algorithms: shades and edges in a coarse grid, which the graph computes with its own nodes.

The edges are a simple form of histograms of oriented gradients (Dalal and Triggs, 2005): how much each part of
the picture changes in each of eight directions, against the picture's whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.training.layers import Floats, Layer, Net

Pixels = NDArray[np.float32]

SIDE = 32
"""Pictures are looked at in so many pixels squared."""

DIRECTIONS = 8
DIM = 1e-4
"""Added to the mean square of the edges, so that a blank picture has none."""

_SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
_CHUNK = 500


def directed() -> Floats:
    """The derivative in each direction as a 3 × 3 kernel: (8, 3, 3)."""
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    return np.cos(angles)[:, None, None] * _SOBEL + np.sin(angles)[:, None, None] * _SOBEL.T


@dataclass(frozen=True, slots=True)
class ImageView:
    """What is looked at, each in squares of so many pixels; 0 leaves it out."""

    shades: int
    edges: int


@dataclass(frozen=True, slots=True)
class ImageModel:
    """Layers on the features of a view."""

    view: ImageView
    net: Net

    def chances(self, pixels: Pixels) -> Floats:
        """The chance of each label: (N, C, 32, 32) → (N, K)."""
        return self.net.chances(features(pixels, self.view))


@dataclass(frozen=True, slots=True)
class ImageSpace:
    """Some images under one view, ready to be learnt from: every feature with mean 0 and spread 1."""

    view: ImageView
    standard: Floats
    """(N, D)"""
    mean: Floats
    spread: Floats

    def matrix(self, algorithm: str) -> Floats:  # noqa: ARG002  (spaces of texts need to know it)
        """What the algorithm learns from."""
        return self.standard

    def model(self, net: Net, algorithm: str) -> ImageModel:  # noqa: ARG002  (the same)
        """The finished model from what an algorithm learnt here; the scaling goes into its first layer."""
        first = net.layers[0]
        weights = first.weights / self.spread[:, None]
        own = Layer(weights, first.bias - self.mean @ weights, first.bend)
        return ImageModel(self.view, replace(net, layers=(own, *net.layers[1:])))


def image_space(pixels: Pixels, view: ImageView) -> ImageSpace:
    """The images under this view."""
    raw = features(pixels, view)
    mean, spread = raw.mean(axis=0), raw.std(axis=0)
    # what hardly ever changes says little; blowing it up would let a single picture decide
    spread = np.maximum(spread, max(0.1 * float(np.median(spread)), 1e-3))
    return ImageSpace(view, (raw - mean) / spread, mean, spread)


def features(pixels: Pixels, view: ImageView) -> Floats:
    """(N, C, 32, 32) → (N, D)."""
    parts = [_features(pixels[start : start + _CHUNK], view) for start in range(0, len(pixels), _CHUNK)]
    return np.concatenate(parts)


def _features(pixels: Pixels, view: ImageView) -> Floats:
    exact = pixels.astype(np.float64)
    parts = []
    if view.shades:
        parts.append(_pooled(exact, view.shades).reshape(len(exact), -1))
    if view.edges:
        parts.append(_edges(exact.mean(axis=1), view.edges))
    return np.concatenate(parts, axis=1)


def _edges(grey: Floats, square: int) -> Floats:
    """(N, H, W) → (N, 8 · H/square · W/square)."""
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = grey.shape[1:]
    changes = np.zeros((len(grey), DIRECTIONS, height, width))
    for kernel, change in zip(directed(), changes.transpose(1, 0, 2, 3), strict=True):
        for row in range(3):
            for column in range(3):
                change += kernel[row, column] * padded[:, row : row + height, column : column + width]
    pooled = _pooled(np.maximum(changes, 0.0), square).reshape(len(grey), -1)
    return np.asarray(pooled / np.sqrt(np.mean(pooled**2, axis=1, keepdims=True) + DIM))


def _pooled(planes: Floats, square: int) -> Floats:
    """Means over squares: (N, C, H, W) → (N, C, H/square, W/square)."""
    number, channels, height, width = planes.shape
    squares = planes.reshape(number, channels, height // square, square, width // square, square)
    return np.asarray(squares.mean(axis=(3, 5)))
