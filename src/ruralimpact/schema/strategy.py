"""Entries of strategies.yaml, as far as they are known without knowing the methods that there are."""

from ruralimpact.schema.base import Name, Settings, Text


class StrategyEntry(Settings):
    """A way to make controls comparable with treated units; each method is a subclass with its options."""

    name: Name | None = None
    """Name of the strategy, part of each specification's identifier."""
    label: Text | None = None
    """Label shown in tables and figures."""
    method: str
    """Way to match or weight."""
