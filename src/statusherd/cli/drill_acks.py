"""`alert ack` for what really happened, and for drills: people practise with the same command."""

from __future__ import annotations

from datetime import datetime

from statusherd.acknowledging import Acknowledged
from statusherd.cli.acking import acked
from statusherd.cli.stores import open_store
from statusherd.config import Config
from statusherd.model.errors import StatusherdError
from statusherd.store.engine import Store


def acked_anywhere(
    config: Config, id_: str, author: str, note: str, now: datetime
) -> tuple[Acknowledged, ...]:
    """Acknowledge what `id_` means, in the store or in a drill that is played; else raise as `acked` does."""
    try:
        with open_store(config) as store:
            return acked(store, id_, author, note, now)
    except StatusherdError:
        # Each drill that is played has a store of its own, which is gone when it ends.
        for path in sorted((config.daemon.data_dir / "drills").glob("*.db")):
            if found := _acked_in(f"sqlite:///{path}", id_, author, note, now):
                return found
        raise


def _acked_in(url: str, id_: str, author: str, note: str, now: datetime) -> tuple[Acknowledged, ...]:
    if id_.strip().isdigit():
        return ()  # the number of a Change means one of the real store
    try:
        with Store.open(url, migrate=False) as store:
            return acked(store, id_, author, note, now)
    except StatusherdError:
        return ()
