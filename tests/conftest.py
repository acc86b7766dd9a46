"""What all tests share: where the material beside the project lies, and that nothing leaves loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CAPTURES = SHARED / "captures"


@pytest.fixture
def captures() -> Path:
    """Third-party payloads; tests that read them skip where they are absent."""
    if not CAPTURES.is_dir():
        pytest.skip("the captures of real status pages are not beside this checkout")
    return CAPTURES
