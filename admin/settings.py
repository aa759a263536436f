"""Settings of the server: environment (``DAICHO_…``) or command line; defaults for one machine."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kiosk.domain.card import SignInMethod

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
    #: How staff may open a terminal: any of staff_id, felica, piv, with commas between. A terminal
    #: offers what its own configuration says; what is not named here is refused whoever offers it.
    open_methods: str = ",".join(SignInMethod)
    failpoint: str = Field(default="", repr=False)

    @field_validator("open_methods")
    @classmethod
    def _known_methods(cls, said: str) -> str:
        """Raises ValueError for an unknown word, and where nothing is left."""
        words = [word.strip() for word in said.split(",") if word.strip()]
        if not words or set(words) - set(SignInMethod):
            raise ValueError(f"DAICHO_OPEN_METHODS: {', '.join(SignInMethod)}")
        return ",".join(words)

    @property
    def methods(self) -> frozenset[SignInMethod]:
        return frozenset(SignInMethod(word) for word in self.open_methods.split(","))

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
