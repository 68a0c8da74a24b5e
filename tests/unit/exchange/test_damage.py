"""A damaged file is read or refused with a message, never with another exception."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zarya.errors import InputError
from zarya.exchange.convert import convert
from zarya.exchange.initial_state import read_initial_state

FOLDER = Path(__file__).parents[3] / "authorities" / "ccsds"
SOURCES = ("OEMExample1.txt", "OPMExample5.txt", "OMMExample2.xml", "ISS.OEM_J2K_EPH.first10.xml", "a.csv", "a.czml")
BITS = (b"\x00", b"\xff", b"=", b"[", b"<", b"&", b"NaN", b"1e400", b"-", b"\n", b" ", b"9999", b",", b"COMMENT", b"{",
        b"2023-99-99", b'"', b".", b"META_START\n", b"COVARIANCE_START\n", b"24:", b"")  # fmt: skip
changes = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.sampled_from([0, 1, 3, 30]), st.sampled_from(BITS)), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("damage")
    convert(FOLDER / "OEMExample5.txt", made / "a.csv")
    convert(FOLDER / "OEMExample5.txt", made / "a.czml")
    return made


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes)
def test_only_our_errors(folder: Path, name: str, changes: list[tuple[float, int, bytes]]):
    data = ((folder if name.startswith("a.") else FOLDER) / name).read_bytes()
    for where, length, bit in changes:
        at = int(where * len(data))
        data = data[:at] + bit + data[at + length :]
    damaged = folder / "damaged"
    damaged.write_bytes(data)
    for act in (lambda: convert(damaged, folder / "out.xml"), lambda: read_initial_state(damaged)):
        try:
            act()
        except InputError as error:
            assert all(problem.file and problem.remedy for problem in error.problems)  # noqa: PT017
