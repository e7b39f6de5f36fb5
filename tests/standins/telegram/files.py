"""Files as Telegram keeps them: sent once, named by a file_id, downloaded by a link that ages."""

from __future__ import annotations

import io
import mimetypes
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, UnidentifiedImageError

from .refusal import Refusal, bad_request

MEGABYTE = 1024 * 1024
MOST_UPLOAD = 50 * MEGABYTE
MOST_PHOTO = 10 * MEGABYTE
MOST_DOWNLOAD = 20 * MEGABYTE
LINK_SECONDS = 3600
_FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "BMP": "bmp"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file Telegram keeps; `kind` is photo or document."""

    file_id: str
    kind: str
    name: str
    mime: str
    data: bytes
    path: str
    width: int = 0
    height: int = 0

    def json(self) -> dict[str, Any]:
        """What every kind of file tells about itself."""
        return {
            "file_id": self.file_id,
            "file_unique_id": f"u{self.file_id}",
            "file_size": len(self.data),
        }

    def document_json(self) -> dict[str, Any]:
        """The file as a Document object."""
        return {**self.json(), "file_name": self.name, "mime_type": self.mime}

    def photo_json(self) -> list[dict[str, Any]]:
        """The file as an array of PhotoSize objects, small first."""
        full = {**self.json(), "width": self.width, "height": self.height}
        shrink = 90 / max(self.width, self.height)
        if shrink >= 1:
            return [full]
        small = {
            "file_id": f"{self.file_id}-s",
            "file_unique_id": f"u{self.file_id}-s",
            "file_size": max(1, int(len(self.data) * shrink * shrink)),
            "width": max(1, int(self.width * shrink)),
            "height": max(1, int(self.height * shrink)),
        }
        return [small, full]


class Files:
    """Everything anybody sent, by file_id and by download path."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_id: dict[str, StoredFile] = {}
        self._links: dict[str, tuple[str, float]] = {}
        self._count = 0

    def add_document(self, upload: Upload, *, mime: str | None = None) -> StoredFile:
        """Keep a document, whatever is in it."""
        guessed = mime or mimetypes.guess_type(upload.name)[0] or "application/octet-stream"
        return self._keep("document", upload, guessed, PurePosixPath(upload.name).suffix or ".bin")

    def add_photo(self, upload: Upload) -> StoredFile:
        """Keep a picture after the checks of Telegram."""
        ending, width, height = check_photo(upload.data)
        return self._keep("photo", upload, f"image/{ending}", f".{ending}", width=width, height=height)

    def _keep(
        self, kind: str, upload: Upload, mime: str, suffix: str, *, width: int = 0, height: int = 0
    ) -> StoredFile:
        self._count += 1
        number = self._count
        file = StoredFile(
            file_id=f"{'AgAC' if kind == 'photo' else 'BQAC'}{number:012d}",
            kind=kind,
            name=upload.name,
            mime=mime,
            data=upload.data,
            path=f"{kind}s/file_{number}{suffix}",
            width=width,
            height=height,
        )
        self._by_id[file.file_id] = file
        if kind == "photo":
            self._by_id[f"{file.file_id}-s"] = file
        return file

    def get(self, file_id: str) -> StoredFile | None:
        """The file of an id."""
        return self._by_id.get(file_id)

    def link(self, file_id: str) -> dict[str, Any]:
        """The answer of getFile, after which the path can be downloaded for an hour."""
        file = self._by_id.get(file_id)
        if file is None:
            raise bad_request("invalid file_id") if file_id else bad_request("file_id not specified")
        if len(file.data) > MOST_DOWNLOAD:
            raise bad_request("file is too big")
        self._links[file.path] = (file.file_id, self._clock() + LINK_SECONDS)
        return {**file.json(), "file_id": file_id, "file_path": file.path}

    def download(self, path: str) -> bytes:
        """The bytes behind a link, while it is good."""
        file_id, until = self._links.get(path, ("", 0.0))
        file = self._by_id.get(file_id)
        if file is None or self._clock() > until:
            raise Refusal(404, "Not Found")
        return file.data


def check_photo(data: bytes) -> tuple[str, int, int]:
    """The file ending, width and height of a picture Telegram would take; raises Refusal."""
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MOST_PHOTO:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {MOST_PHOTO} bytes"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # judged below, by its size
            with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as picture:
                width, height = picture.size
                ending = _FORMATS[str(picture.format)]
                picture.verify()
    except Image.DecompressionBombError:
        raise bad_request("PHOTO_INVALID_DIMENSIONS") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return ending, width, height
