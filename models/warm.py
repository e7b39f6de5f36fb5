"""Models kept in memory: those used last, so many and so large together."""

from __future__ import annotations

from collections import OrderedDict

from models.loaded import Loaded


class Warm:
    """At most `models`, and at most `size` bytes of model files unless a single one is larger."""

    def __init__(self, *, models: int, size: int) -> None:
        self._models = models
        self._size = size
        self._kept: OrderedDict[str, Loaded] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._kept

    @property
    def size(self) -> int:
        """Bytes of the files of all that are kept."""
        return sum(loaded.size for loaded in self._kept.values())

    def get(self, sha256: str) -> Loaded | None:
        """The model, which is the last used one from now on."""
        found = self._kept.get(sha256)
        if found is not None:
            self._kept.move_to_end(sha256)
        return found

    def put(self, loaded: Loaded) -> None:
        """Keep one more; those not used for longest go."""
        self._kept[loaded.card.sha256] = loaded
        self._kept.move_to_end(loaded.card.sha256)
        while len(self._kept) > 1 and (len(self._kept) > self._models or self.size > self._size):
            self._kept.popitem(last=False)

    def drop(self, sha256: str) -> None:
        """Keep it no longer."""
        self._kept.pop(sha256, None)

    def copy(self) -> Warm:
        """The same models, kept apart from now on."""
        other = Warm(models=self._models, size=self._size)
        other._kept.update(self._kept)
        return other
