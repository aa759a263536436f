"""For commands that need more of the section than its database: keys and form too."""

from __future__ import annotations

import argparse

from admin.cli.common import CommandError, settings_of
from admin.db.ready import NotReadyError
from admin.parts import make_services
from admin.services.context import Services


def services_of(arguments: argparse.Namespace) -> Services:
    """Database, keys and form. Raises CommandError with what to do."""
    try:
        return make_services(settings_of(arguments))
    except NotReadyError as error:
        raise CommandError(str(error)) from error
