"""A strict Slack for tests, with the people who use it.

>>> async def story() -> str:
...     async with SlackStandIn() as slack:
...         ana = slack.user("U1", name="Ana", locale="es-ES", tz="Europe/Madrid")
...         await ana.says("a < b")
...         return ana.chat[0].text
>>> import asyncio
>>> asyncio.run(story())
'a &lt; b'
"""

from .calls import Call, CallLog
from .deliveries import Delivery, Late, Outcome
from .faults import Faults, Hold
from .forms import Submission
from .messages import Message, Version
from .places import Channel
from .reading import Button, FieldSeen
from .server import SlackStandIn
from .signed_http import sign
from .user import Press, User
from .views import View
from .workspace import SCOPES, Workspace
from .world import Mention

__all__ = [
    "SlackStandIn",
    "User",
    "Workspace",
    "Channel",
    "Message",
    "Version",
    "View",
    "FieldSeen",
    "Button",
    "Press",
    "Submission",
    "Delivery",
    "Outcome",
    "Late",
    "Mention",
    "Call",
    "CallLog",
    "Faults",
    "Hold",
    "SCOPES",
    "sign",
]
