"""Files as Slack keeps them: asked for, uploaded, completed, shared; and where they can be fetched."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field

from .refusal import Json

PICTURES = {"image/png", "image/jpeg", "image/gif"}
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body></body></html>"


@dataclass(slots=True, eq=False)
class StoredFile:
    """One file of a workspace; it can be used once it was uploaded and completed."""

    id: str
    team: str
    name: str
    owner: str
    length: int
    title: str = ""
    mime: str = ""
    data: bytes | None = None
    complete: bool = False
    deleted: bool = False
    unready: int = 0  # how often Slack still says that it does not know the picture
    shares: dict[str, list[str]] = field(default_factory=dict)  # channel → the ts of messages

    @property
    def path(self) -> str:
        """Where it can be downloaded, below the address of the stand-in."""
        return f"/files-pri/{self.team}-{self.id}/download/{self.name}"

    def json(self, url: str) -> Json:
        """The file as a File object."""
        body: Json = {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": "" if self.unready else self.mime,
            "filetype": self.name.rpartition(".")[2],
            "size": self.length,
            "user": self.owner,
            "user_team": self.team,
            "mode": "hosted",
            "is_external": False,
            "url_private": f"{url}{self.path.replace('/download/', '/')}",
            "url_private_download": f"{url}{self.path}",
        }
        if self.shares:
            body["shares"] = {
                "private": {channel: [{"ts": ts} for ts in all_ts] for channel, all_ts in self.shares.items()}
            }
        return body


def mime_of(name: str) -> str:
    """The kind of a file by its name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
