"""What the operator decides, from the environment and a `.env` file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.domain.fair_pay import Floor, read_floor
from core.domain.money import read_money


class Settings(BaseSettings):
    """Every setting; each is `CHATCROWD_` and its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="CHATCROWD_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    data_dir: Path = Path("data")
    database_url: str = ""
    admins: Annotated[frozenset[str], NoDecode] = frozenset()
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = ""
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_api_url: str = ""
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    web_password: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    secret_keys_before: SecretStr = SecretStr("")
    fair_pay_floor: Annotated[Floor, NoDecode] = Floor()
    payout_minimum: Annotated[Mapping[str, Decimal], NoDecode] = {}
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(one.strip() for one in value.split(",") if one.strip())
        return value

    @field_validator("fair_pay_floor", mode="before")
    @classmethod
    def _floor(cls, value: object) -> object:
        floor = read_floor(value) if isinstance(value, str) else value
        if floor is None:
            raise ValueError("write for example: EUR 12/h, 600 points/h")
        return floor

    @field_validator("payout_minimum", mode="before")
    @classmethod
    def _minimum(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        read = [read_money(one) for one in value.split(",")]
        if None in read:
            raise ValueError("write for example: EUR 5, USD 5")
        return {one.currency: one.amount for one in read if one is not None}

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and value.partition(":")[0].partition("+")[0] not in ("sqlite", "postgresql"):
            raise ValueError("write sqlite:///file or postgresql://user:password@host/name")
        return value

    @property
    def database(self) -> str:
        """The database's URL: an SQLite file in the data folder unless another is named."""
        return self.database_url or f"sqlite:///{self.data_dir / 'chatcrowd.sqlite3'}"
