"""Settings with other values than the template's."""

from __future__ import annotations

from staydown.aws.settings import Settings


def changed_settings(settings: Settings, **values: object) -> Settings:
    """Return a copy of settings with some of them replaced. Raise KeyError for an unknown name."""
    if unknown := set(values) - Settings.names():
        raise KeyError(*unknown)
    changed = Settings(settings.environment)
    vars(changed).update(vars(settings) | values)
    return changed
