"""Settings of the server: environment (``DAICHO_…``) or command line; defaults for one machine."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_FORM = "ledger-certificate"


class Settings(BaseSettings):
    """``data_dir`` holds the embedded database and the keys unless they are named apart."""

    model_config = SettingsConfigDict(env_prefix="DAICHO_", extra="ignore")

    data_dir: Path = Path("var/daicho")
    database: str = ""
    key_file: Path | None = None
    form: str = DEFAULT_FORM
    production: bool = False
    https: bool = False
    #: A change of the ledger needs a work ID (第4号様式); unset: in production only.
    require_change_authority: bool | None = None
    #: A search by 建築主 needs a town or a year beside the name.
    owner_needs_place: bool = False
    #: Different entries shown to one application, and in an hour at one terminal, before searches
    #: are slowed down (admin.services.search_guard).
    search_free_entries: int = 1000
    search_terminal_entries: int = 5000
    failpoint: str = Field(default="", repr=False)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{(self.data_dir / 'daicho.db').resolve()}"

    @property
    def authority_needed(self) -> bool:
        needed = self.require_change_authority
        return self.production if needed is None else needed

    @property
    def keys(self) -> Path:
        return self.key_file or self.data_dir / "keys" / "fields.json"
