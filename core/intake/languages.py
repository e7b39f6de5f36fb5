"""Language codes as people write them, brought to the one form that tasks and texts are matched by."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import Final

# ISO 639-1, and the languages with three letters only that are common in data sets.
_CODES: Final = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
    ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
    lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
    rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr
    ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ast bal bcl bho ceb chr ckb fil fur gsw haw
    hil hmn hsb ilo kab kok lus mai mni nds nso pap pcm sat sco shn szl tet tpi tzm vec war yue
"""
LANGUAGES: Final = frozenset(_CODES.split())

# Retired codes, and the three-letter codes of languages that have two letters.
_OTHER_CODES: Final = """
    iw:he in:id ji:yi mo:ro sh:sr cmn:zh zho:zh chi:zh eng:en spa:es ara:ar fra:fr fre:fr deu:de ger:de
    rus:ru por:pt ita:it jpn:ja kor:ko hin:hi ben:bn urd:ur tur:tr vie:vi tha:th pol:pl nld:nl dut:nl
    ukr:uk fas:fa per:fa ind:id swa:sw heb:he ell:el gre:el ces:cs cze:cs swe:sv hun:hu ron:ro rum:ro
    tam:ta tel:te mar:mr guj:gu kan:kn mal:ml pan:pa amh:am hau:ha yor:yo ibo:ig zul:zu msa:ms may:ms
    tgl:tl
"""
_OTHER_NAMES: Final = dict(pair.split(":") for pair in _OTHER_CODES.split())

UNDETERMINED: Final = "und"  # the language of a text that nobody gave one (BCP 47)

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


def language_of(tag: str) -> str | None:
    """The language of a tag (`pt-BR` → `pt`, `zh_CN` → `zh`, `eng` → `en`), None when it is not known."""
    if tag in LANGUAGES:
        return tag
    tag = tag.strip()
    if not _TAG.fullmatch(tag):
        return None
    first = re.split("[-_]", tag, maxsplit=1)[0].lower()
    first = _OTHER_NAMES.get(first, first)
    return first if first in LANGUAGES else None


@lru_cache(maxsize=1024)
def locale_tag(tag: str) -> str | None:
    """A locale in its usual spelling (`zh_hans_cn` → `zh-Hans-CN`), None when its language is not known."""
    if tag.strip().lower() == UNDETERMINED:
        return UNDETERMINED
    language = language_of(tag)
    if language is None:
        return None
    rest = re.split("[-_]", tag.strip())[1:]
    spelled = [part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part for part in rest]
    return "-".join([language, *spelled])


def close_to(word: str, known: list[str]) -> str:
    """The known word that was probably meant, or nothing."""
    found = difflib.get_close_matches(word.strip().lower()[:64], known, n=1, cutoff=0.6)
    return found[0] if found else ""
