"""Prometheus Alertmanager: receivers with `webhook_configs`, payload version 4."""

from __future__ import annotations

from statusherd.model.inbox import Identity, Reading, Webhook
from statusherd.model.intake import Intake
from statusherd.respond.intake._prometheus import identify_group, read_group
from statusherd.respond.intake._reading import document


def read(webhook: Webhook, intake: Intake) -> Reading:  # noqa: ARG001 - every kind is asked alike
    """Return the alerts of a group."""
    return read_group(webhook, document(webhook))


def identify(webhook: Webhook, intake: Intake) -> Identity:  # noqa: ARG001 - every kind is asked alike
    """Return the group."""
    return identify_group(document(webhook))
