"""Profiles that staff saved, in the database; every one that ever was is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.change_tables import ImportProfile
from admin.ledger.profile import (
    Profile,
    ProfileFault,
    known_profiles,
    load_profile,
    profile_text,
    read_profile,
)
from admin.ledger.words import refusal


def saved_profile(session: Session, name: str) -> ImportProfile | None:
    """The newest of that name."""
    query = select(ImportProfile).where(ImportProfile.name == name)
    return session.scalar(query.order_by(ImportProfile.id.desc()).limit(1))


def saved_profiles(session: Session) -> list[ImportProfile]:
    """The newest of each name, by name."""
    newest = select(func.max(ImportProfile.id)).group_by(ImportProfile.name)
    query = select(ImportProfile).where(ImportProfile.id.in_(newest)).order_by(ImportProfile.name)
    return list(session.scalars(query))


def find_profile(session: Session, name: str) -> Profile | ProfileFault:
    """A profile that came with the program, one that staff saved, or a YAML file's."""
    if name not in known_profiles() and not name.endswith((".yaml", ".yml")):
        saved = saved_profile(session, name)
        if saved is not None:
            return read_profile(name, saved.body)
        known = [*known_profiles(), *(one.name for one in saved_profiles(session))]
        return ProfileFault(refusal("no_profile", profile=name[:64], known="、".join(known)))
    return load_profile(name)


def save_profile(session: Session, profile: Profile, by: str, now: datetime) -> ImportProfile:
    """Keep a profile; it takes the place of an older one of its name. The caller logs it."""
    row = ImportProfile(
        id=(session.scalar(select(func.max(ImportProfile.id))) or 0) + 1,
        name=profile.name, body=profile_text(profile), saved_at=now, saved_by=by[:64],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
