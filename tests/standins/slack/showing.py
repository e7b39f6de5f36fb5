"""The views.* methods, and what the answer to a form does to it."""

from __future__ import annotations

from typing import Any

from .blocks import check_view
from .params import Params
from .places import Account, Space
from .refusal import Json, Refusal
from .views import View
from .world import World

MOST_MODALS = 3


def views_open(world: World, space: Space, params: Params) -> Json:
    """views.open: a modal for whoever has just done something."""
    body = _checked(world, space, params.structure("view"), "modal", "views.open")
    account = _trigger_of(world, space, params)
    account.modals.clear()
    return _shown(world, space, stack(world, account, body))


def views_push(world: World, space: Space, params: Params) -> Json:
    """views.push: a modal above the one that is open."""
    body = _checked(world, space, params.structure("view"), "modal", "views.push")
    account = _trigger_of(world, space, params)
    if len(account.modals) >= MOST_MODALS:
        raise Refusal("push_limit_reached", blame=True)
    return _shown(world, space, stack(world, account, body))


def views_update(world: World, space: Space, params: Params) -> Json:
    """views.update: another content for a modal that is open."""
    view = _open_view(space, params)
    body = _checked(world, space, params.structure("view"), "modal", "views.update")
    if view is None:
        raise Refusal("not_found")
    _no_race(view, params)
    change(world, space.accounts[view.user], view, body)
    return _shown(world, space, view)


def views_publish(world: World, space: Space, params: Params) -> Json:
    """views.publish: the home tab of somebody."""
    account = space.account(params.text("user_id"))
    body = _checked(world, space, params.structure("view"), "home", "views.publish")
    view = account.home
    if view is None:
        view = account.home = _new(world, account, body, "home")
        account.changed.notify()
    else:
        _no_race(view, params)
        change(world, account, view, body)
    return _shown(world, space, view)


def stack(world: World, account: Account, body: Json) -> View:
    """Put a modal in front of somebody, above what is open."""
    below = account.modals[-1] if account.modals else None
    view = _new(world, account, body, "modal", below=below)
    account.modals.append(view)
    account.changed.notify()
    return view


def change(world: World, account: Account, view: View, body: Json) -> None:
    """Give a view another content; what was filled in stays in fields that keep their ids."""
    if world.history:
        view.earlier.append(view.body)
    view.body = body
    view.hash = f"{world.ts()}.hash"
    view.errors = {}
    names = {one.block_id for one in view.fields}
    view.filled = {name: value for name, value in view.filled.items() if name in names}
    view.change = world.changed()
    account.changed.notify()


def submitted(world: World, account: Account, view: View, told: Any) -> str:
    """Do what the answer to a form says; the action it was."""
    space = world.space(account.team)
    if not told:
        _close(account, [view])
        return "close"
    action = told.get("response_action") if isinstance(told, dict) else None
    try:
        match action:
            case "errors":
                _errors(world, view, told.get("errors"))
            case "update":
                change(world, account, view, _checked(world, space, told.get("view"), "modal", "update"))
            case "push":
                stack(world, account, _checked(world, space, told.get("view"), "modal", "push"))
            case "clear":
                _close(account, list(account.modals))
            case _:
                raise Refusal(f"unknown response_action {action!r}")
    except Refusal as refusal:
        world.violations.append(f"answer to a form: {refusal.error} {refusal.detail}")
        return "failed"
    view.change = world.changed()
    account.changed.notify()
    return str(action)


def _errors(world: World, view: View, errors: Any) -> None:
    names = {one.block_id for one in view.fields}
    if not isinstance(errors, dict) or not errors or not all(isinstance(one, str) for one in errors.values()):
        raise Refusal("errors must be texts by block_id")
    if unknown := errors.keys() - names:
        raise Refusal(f"errors for {sorted(unknown)}, which are no input blocks")
    view.errors = dict(errors)


def _close(account: Account, views: list[View]) -> None:
    for view in views:
        view.closed = True
        if view in account.modals:
            account.modals.remove(view)
    account.changed.notify()


def _new(world: World, account: Account, body: Json, kind: str, below: View | None = None) -> View:
    name = world.name("V")
    return View(
        id=name,
        kind=kind,
        user=account.id,
        team=account.team,
        body=body,
        hash=f"{world.ts()}.hash",
        root=below.root if below else name,
        previous=below.id if below else None,
        change=world.changed(),
    )


def _checked(world: World, space: Space, view: Any, kind: str, where: str) -> Json:
    checked = check_view(view, kind, world.knows_file(space))
    world.examine(where, "", checked)
    return {**view, "blocks": list(checked.blocks)}


def _trigger_of(world: World, space: Space, params: Params) -> Account:
    account = world.pull(params.text("trigger_id"))
    if account.team != space.id:
        raise Refusal("invalid_trigger_id")
    return account


def _open_view(space: Space, params: Params) -> View | None:
    wanted, external = params.text("view_id"), params.text("external_id")
    for account in space.accounts.values():
        for view in account.modals:
            if view.id == wanted or (external and view.body.get("external_id") == external):
                return view
    return None


def _no_race(view: View, params: Params) -> None:
    if params.text("hash") and params.text("hash") != view.hash:
        raise Refusal("hash_conflict")


def _shown(world: World, space: Space, view: View) -> Json:
    return {"view": view.json(app_id=world.app_id, bot_id=space.bot_id)}
