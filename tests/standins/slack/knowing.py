"""Who is who, and where: auth.*, users.*, bots.*, conversations.*, oauth."""

from __future__ import annotations

from .params import Params
from .places import Grant, Space
from .refusal import Json, Refusal
from .world import World


def never(world: World, space: Space, params: Params) -> Json:
    """Stands for the methods that need no workspace; the server answers them itself."""
    raise AssertionError("this method is answered without a workspace")


def auth_test(world: World, space: Space, params: Params) -> Json:
    """auth.test: whose token it is."""
    return {
        "url": f"https://{space.name}.slack.com/",
        "team": space.name,
        "user": "stand-in",
        "team_id": space.id,
        "user_id": space.bot_user,
        "bot_id": space.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(world: World, space: Space, params: Params) -> Json:
    """auth.revoke: the token is good no more."""
    if params.flag("test"):
        return {"revoked": False}
    assert space.grant is not None
    space.grant.trouble = "token_revoked"
    return {"revoked": True}


def users_info(world: World, space: Space, params: Params) -> Json:
    """users.info: name, time zone, and the locale when it is asked for."""
    return {"user": space.account(params.text("user")).json(locale=params.flag("include_locale"))}


def bots_info(world: World, space: Space, params: Params) -> Json:
    """bots.info: the app's own bot."""
    if params.text("bot") not in ("", space.bot_id):
        raise Refusal("bot_not_found")
    bot = {"id": space.bot_id, "deleted": False, "name": "stand-in", "app_id": world.app_id}
    return {"bot": bot | {"user_id": space.bot_user}}


def conversations_open(world: World, space: Space, params: Params) -> Json:
    """conversations.open: the direct chat with one person."""
    if wanted := params.text("channel"):
        channel = space.channel(wanted)
    else:
        users = [user for user in params.text("users").split(",") if user]
        if not users:
            raise Refusal("users_list_not_supplied", blame=True)
        if len(users) > 1:
            raise Refusal("not_supported_here", blame=True)
        account = space.account(users[0])
        if account.deleted:
            raise Refusal("user_disabled")
        if account.is_bot:
            raise Refusal("cannot_dm_bot")
        channel = account.im
    whole = params.flag("return_im")
    return {"channel": channel.json() if whole else {"id": channel.id}, "already_open": True}


def conversations_info(world: World, space: Space, params: Params) -> Json:
    """conversations.info: a channel as it is."""
    return {"channel": space.channel(params.text("channel")).json()}


def install(world: World, params: Params, *, client: tuple[str, str], given: tuple[str, str]) -> Json:
    """oauth.v2.access: the code of an installation becomes a token; raises Refusal."""
    if given[0] != client[0]:
        raise Refusal("invalid_client_id", blame=True)
    if given[1] != client[1]:
        raise Refusal("bad_client_secret", blame=True)
    code = world.codes.get(params.text("code"))
    if code is None:
        raise Refusal("invalid_code")
    if code.used:
        raise Refusal("code_already_used")
    code.used = True
    space = world.space(code.team)
    if space.grant is not None and not space.grant.trouble:
        # Installing again widens what the same token may do.
        grant = space.grant
        grant.scopes = tuple(dict.fromkeys((*grant.scopes, *code.scopes)))
    else:
        grant = Grant(f"xoxb-{space.id}-{world.name('')}", space.id, code.scopes)
        space.grant = world.grants[grant.token] = grant
    return {
        "access_token": grant.token,
        "token_type": "bot",
        "scope": ",".join(grant.scopes),
        "bot_user_id": space.bot_user,
        "app_id": world.app_id,
        "team": {"id": space.id, "name": space.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": code.user},
    }
