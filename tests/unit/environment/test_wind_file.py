"""Wind profiles of the user: read as written, refused with the line that is wrong."""

from pathlib import Path

import jax.numpy as jnp
import pytest

from zarya.environment.wind_file import read_wind
from zarya.errors import FormatError


def test_a_profile_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "wind.csv"
    path.write_text("height_m,east_m_s,north_m_s\n0,3,0\n10000,13,-4\n")
    east, north, up = read_wind(path).velocity_enu(jnp.asarray(5_000.0))
    assert (float(east), float(north), float(up)) == (8.0, -2.0, 0.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("height_m,east_m_s\n0,3\n10000,13\n", "north_m_s: line 2 has no number there"),
        ("height_m,east_m_s,north_m_s\n0,3,0\n10000,much,0\n", "east_m_s: line 3 has no number there"),
        ("height_m,east_m_s,north_m_s\n0,3,0\n10000,nan,0\n", "east_m_s: line 3 has no number there"),
        ("height_m,east_m_s,north_m_s\n0,3,0\n0,3,0\n", "the heights do not rise"),
        ("height_m,east_m_s,north_m_s\n0,3,0\n", "two heights or more"),
        ("height_m,east_m_s,north_m_s\n0,3,0\n10000,13,-3000\n", "north_m_s: no wind is stronger than 250 m/s"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "wind.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=said):
        read_wind(path)
    with pytest.raises(FormatError, match="cannot be read"):
        read_wind(tmp_path / "none.csv")
