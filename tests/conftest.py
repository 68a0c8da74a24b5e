"""Run-time shape and type checks for the whole package, and what many tests share."""

from jaxtyping import install_import_hook

install_import_hook("zarya", "beartype.beartype")

import pytest  # noqa: E402

from zarya.time import Epoch  # noqa: E402


@pytest.fixture(scope="session")
def epoch() -> Epoch:
    """Launch day of Soyuz MS-24, the date most tests share."""
    return Epoch.from_iso("2023-09-15T15:44:35.417Z")
