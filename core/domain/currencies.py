"""The currencies that points can be paid in: those in use today, with the digits of their smallest unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BY_DIGITS: Final = {
    0: (
        "AFN ALL BIF CLP DJF GNF IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PYG RSD RWF SOS SYP UGX "
        "VND VUV XAF XOF XPF YER "
    ),
    2: (
        "AED AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
        "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD "
        "HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LKR LRD LSL MAD MDL MKD MNT MOP MRU MUR MVR "
        "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RUB SAR SBD SCR SDG "
        "SEK SGD SHP SLE SRD SSP STN SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD "
        "XCG ZAR ZMW ZWG "
    ),
    3: ("BHD JOD KWD LYD OMR TND "),
}

DIGITS: Final[Mapping[str, int]] = {
    code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()
}
"""ISO 4217 code → how many decimals amounts of it have in daily life (0, 2 or 3)."""
