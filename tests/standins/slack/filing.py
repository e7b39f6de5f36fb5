"""The files.* methods: the external upload in three steps."""

from __future__ import annotations

from .blocks import check_message
from .chatting import thread_of, writable
from .files import StoredFile, mime_of
from .messages import Version
from .params import Params
from .places import Space
from .refusal import Json, Refusal, invalid_arguments
from .world import World


def get_upload_url(world: World, space: Space, params: Params) -> Json:
    """files.getUploadURLExternal: where to bring so many bytes."""
    length = params.number("length")
    if length < 1:
        raise invalid_arguments("length must be more than 0")
    file = StoredFile(
        id=world.name("F"),
        team=space.id,
        name=params.text("filename"),
        owner=space.bot_user,
        length=length,
        mime=mime_of(params.text("filename")),
        unready=world.slow_files,
    )
    space.files[file.id] = file
    world.uploads[file.id] = file
    return {"upload_url": f"{world.url}/upload/v1/{file.id}", "file_id": file.id}


def receive(world: World, file_id: str, data: bytes) -> None:
    """The bytes have arrived; raises Refusal."""
    file = world.uploads.get(file_id)
    if file is None:
        raise Refusal("unknown upload")
    if len(data) != file.length:
        raise Refusal(f"{len(data)} bytes instead of {file.length}", blame=True)
    file.data = data


def download(world: World, path: str, token: str) -> bytes | None:
    """The bytes behind a private address, for a token of that workspace that may read files."""
    grant = world.grants.get(token)
    if grant is None or grant.trouble or "files:read" not in grant.scopes:
        return None
    for file in world.space(grant.team).files.values():
        if not file.deleted and path in (file.path, file.path.replace("/download/", "/")):
            return file.data
    return None


def complete_upload(world: World, space: Space, params: Params) -> Json:
    """files.completeUploadExternal: share what was uploaded in a channel, or only keep it."""
    told = params.structure("files")
    if not isinstance(told, list) or not told or not all(isinstance(one, dict) for one in told):
        raise invalid_arguments("must provide an array of files [json-pointer:/files]")
    files = [_uploaded(world, space, one) for one in told]
    name = params.text("channel_id")
    if name:
        if name in space.accounts:
            raise Refusal("channel_not_found", blame=True)
        channel = writable(space, name)
        thread = thread_of(channel, params)
        blocks = params.structure("blocks")
        checked = check_message(blocks, world.knows_file(space)) if blocks else None
        comment = params.text("initial_comment")
        world.examine("files.completeUploadExternal", comment, checked)
        draft = Version(comment, checked.blocks if checked else (), tuple(files))
        message = world.post(space, channel, draft, author=space.bot_user, thread=thread)
        for file in files:
            file.shares.setdefault(channel.id, []).append(message.id)
    for file, one in zip(files, told, strict=True):
        file.complete = True
        file.title = str(one.get("title") or file.name)
        world.uploads.pop(file.id, None)
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def files_info(world: World, space: Space, params: Params) -> Json:
    """files.info: a file as it is."""
    file = space.files.get(params.text("file"))
    if file is None or not file.complete:
        raise Refusal("file_not_found")
    told = file.json(world.url)
    if file.unready:
        file.unready -= 1
    return {"file": told}


def _uploaded(world: World, space: Space, told: Json) -> StoredFile:
    if unknown := told.keys() - {"id", "title", "highlight_type"}:
        world.violations.append(f"files.completeUploadExternal: unknown keys {sorted(unknown)}")
    file = space.files.get(str(told.get("id")))
    if file is None or file.id not in world.uploads:
        raise Refusal("file_not_found")
    if file.data is None:
        raise Refusal("file_update_failed", blame=True)
    return file
