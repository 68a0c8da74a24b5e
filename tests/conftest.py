"""Run-time shape and type checks for the whole package, and what many tests share.

`import zarya` comes first so that its runtime settings precede jax; a pytest plugin may have imported jax earlier
still, hence the explicit float64.
"""

import zarya  # noqa: F401, I001
import jax
import pytest
from jaxtyping import install_import_hook

jax.config.update("jax_enable_x64", True)
install_import_hook("zarya", "beartype.beartype")

from zarya import programs  # noqa: E402
from zarya.time import Epoch  # noqa: E402

programs.store.folder = None  # the shapes are checked while a program is traced


@pytest.fixture(scope="session")
def epoch() -> Epoch:
    """Launch day of Soyuz MS-24, the date most tests share."""
    return Epoch.from_iso("2023-09-15T15:44:35.417Z")
