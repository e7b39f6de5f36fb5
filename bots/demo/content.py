"""The two projects of the demo: what is asked, in four languages, and what is right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from bots.demo.messages import MESSAGES
from core.intake.project_model import ProjectFile

LANGUAGES = ("en", "zh", "es", "ar")

PICTURES: dict[str, Any] = {
    "project": {"en": "Pictures", "zh": "图片", "es": "Imágenes", "ar": "صور"},
    "instructions": {
        "en": "What is this picture mainly about? If you see two things, choose the one that catches your eye first.",
        "zh": "这张图片主要画的是什么？如果看到两样东西，请选最先吸引您的那一样。",
        "es": "¿De qué trata sobre todo esta imagen? Si ves dos cosas, elige la que te llame antes la atención.",
        "ar": "ما الموضوع الرئيسي لهذه الصورة؟ إذا رأيت شيئين فاختر ما لفت نظرك أولًا.",
    },
    "labels": [
        {"id": "animal", "en": "Animal", "zh": "动物", "es": "Animal", "ar": "حيوان"},
        {"id": "plant", "en": "Plant", "zh": "植物", "es": "Planta", "ar": "نبات"},
        {"id": "building", "en": "Building", "zh": "建筑", "es": "Edificio", "ar": "مبنى"},
        {"id": "vehicle", "en": "Vehicle", "zh": "交通工具", "es": "Vehículo", "ar": "مركبة"},
        {"id": "food", "en": "Food", "zh": "食物", "es": "Comida", "ar": "طعام"},
        {
            "id": "sky",
            "en": "Sky and weather",
            "zh": "天空与天气",
            "es": "Cielo y tiempo",
            "ar": "السماء والطقس",
        },
    ],
    "overlap": {"min": 2, "max": 5, "confidence": 0.9},
    "budget": 3000,
    "gold_share": 0.15,
}

WISHES: dict[str, Any] = {
    "project": {
        "en": "Who needs help?",
        "zh": "谁需要帮助？",
        "es": "¿Quién necesita ayuda?",
        "ar": "من يحتاج إلى المساعدة؟",
    },
    "instructions": {
        "en": "After a storm, people write in a neighbourhood group. What is this message for?",
        "zh": "暴风雨过后，人们在社区群里留言。这条消息是想做什么？",
        "es": "Tras una tormenta, la gente escribe en un grupo del barrio. ¿Para qué es este mensaje?",
        "ar": "بعد عاصفة يكتب الناس في مجموعة الحي. ما الغرض من هذه الرسالة؟",
    },
    "labels": [
        {"id": "asks", "en": "Asks for help", "zh": "请求帮助", "es": "Pide ayuda", "ar": "يطلب المساعدة"},
        {"id": "offers", "en": "Offers help", "zh": "提供帮助", "es": "Ofrece ayuda", "ar": "يعرض المساعدة"},
        {"id": "informs", "en": "Gives information", "zh": "提供信息", "es": "Informa", "ar": "يقدّم معلومة"},
        {"id": "other", "en": "Something else", "zh": "其他", "es": "Otra cosa", "ar": "شيء آخر"},
    ],
    "languages": list(LANGUAGES),
    "overlap": {"min": 2, "max": 3, "confidence": 0.9},
    "priority": "normal",
    "gold_share": 0.15,
}


@dataclass(frozen=True, slots=True)
class Item:
    """A task of the demo: what is shown, what is right, and how hard it is to see (0 … 1)."""

    id: str
    truth: str
    lang: str | None = None
    text: str | None = None
    picture: str | None = None
    hard: float = 0.0
    gold: bool = False
    place: int = 0  # which of the project's labels is right


_PICTURED = (
    ("house", "building", 0.0),
    ("cat", "animal", 0.0),
    ("sailboat", "vehicle", 0.1),
    ("tree", "plant", 0.0),
    ("cake", "food", 0.0),
    ("cat-in-window", "animal", 0.4),
    ("rain", "sky", 0.0),
    ("bicycle", "vehicle", 0.0),
    ("cactus", "plant", 0.1),
    ("moon", "sky", 0.0),
    ("apple-tree", "plant", 0.5),
    ("bird", "animal", 0.0),
    ("castle", "building", 0.0),
    ("apple", "food", 0.1),
    ("bus", "vehicle", 0.0),
    ("boat-at-sunset", "sky", 0.6),
    ("snail", "animal", 0.1),
    ("lighthouse", "building", 0.1),
    ("potted-flower", "plant", 0.0),
    ("ice-cream", "food", 0.0),
    ("butterfly", "animal", 0.6),
    ("balloon", "vehicle", 0.2),
    ("fish", "animal", 0.0),
    ("barn", "building", 0.7),
)
_GOLD = frozenset({"tree", "bus", "fish"})


def pictures() -> tuple[Item, ...]:
    """The pictures to judge, in the order in which they are handed out."""
    return tuple(
        Item(name, truth, picture=name, hard=hard, gold=name in _GOLD, place=_place(PICTURES, truth))
        for name, truth, hard in _PICTURED
    )


def wishes() -> tuple[Item, ...]:
    """The messages to judge; the languages take turns, so that every reader soon gets one."""
    by_language = (
        tuple(
            Item(
                f"{lang}-{number}",
                truth,
                lang=lang,
                text=text,
                hard=hard,
                gold=number == len(messages),
                place=_place(WISHES, truth),
            )
            for number, (truth, text, hard) in enumerate(messages, start=1)
        )
        for lang, messages in MESSAGES.items()
    )
    return tuple(item for item in chain.from_iterable(zip_longest(*by_language)) if item is not None)


def project_files() -> tuple[tuple[ProjectFile, tuple[Item, ...]], ...]:
    """The demo's projects, each with its tasks."""
    return (
        (ProjectFile.model_validate(PICTURES), pictures()),
        (ProjectFile.model_validate(WISHES), wishes()),
    )


def _place(project: dict[str, Any], truth: str) -> int:
    return [label["id"] for label in project["labels"]].index(truth)
