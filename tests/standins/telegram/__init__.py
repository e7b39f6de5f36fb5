"""A strict Telegram Bot API server for tests, with the people who use it.

>>> async def story() -> str:
...     async with TelegramStandIn(token="42:TEST") as telegram:
...         ana = telegram.user(1001, first_name="Ana", language_code="es")
...         await ana.says("/start")
...         return ana.chat[0].text
>>> import asyncio
>>> asyncio.run(story())
'/start'
"""

from .calls import Call, CallLog
from .entities import Entity, Formatted
from .faults import Faults, Hold
from .flood import Flood
from .markup import Button
from .messages import Message, Version
from .server import TelegramStandIn
from .user import Press, User
from .world import CallbackAnswer

__all__ = [
    "TelegramStandIn",
    "User",
    "Message",
    "Version",
    "Button",
    "Entity",
    "Formatted",
    "CallbackAnswer",
    "Press",
    "Call",
    "CallLog",
    "Faults",
    "Hold",
    "Flood",
]
