"""Conversions between the formats, as a user asks for them by name."""

from pathlib import Path

import numpy as np
import pytest

from zarya.errors import FormatError
from zarya.exchange.content import read_any
from zarya.exchange.convert import convert
from zarya.exchange.element_files import write_element_sets
from zarya.exchange.frame_change import in_frame
from zarya.exchange.initial_state import read_initial_state
from zarya.exchange.messages import read_oem, read_omm, read_opm, write_message
from zarya.exchange.records import Ephemeris, Header, StateMessage, Trajectory
from zarya.exchange.tabular import write_table
from zarya.orbits.tle import read_element_sets

SAMPLE = Path(__file__).parents[1] / "orbits" / "data" / "iss_sample.tle"
a_micrometre = 1.0e-6


def only(path: Path) -> Trajectory:
    (found,) = read_oem(path).segments
    return found


@pytest.fixture
def tle(tmp_path: Path, elements) -> Path:
    return write_element_sets(tmp_path / "iss.tle", [elements])


@pytest.fixture
def oem(tmp_path: Path, orbit) -> Path:
    return write_message(tmp_path / "ship.oem", Ephemeris((orbit(),), Header(comments=("from a test",))))


def test_tle_to_oem_is_a_day_of_sgp4_and_says_so(tle: Path, tmp_path: Path, elements):
    (path,) = convert(tle, tmp_path / "day.oem")
    day = only(path)
    assert day.frame == "teme"
    assert day.t_s[-1] == pytest.approx(86_400.0)
    assert len(day.t_s) == 1_441
    assert "SGP4" in day.comments[0]
    assert "every 60 s over 86400 s" in day.comments[0]
    r, v = elements.sgp4(day.t_s)
    assert np.abs(day.r_m - r).max() < a_micrometre
    assert np.abs(day.v_m_s - v).max() < 1.0e-9
    assert day.object_id == "1998-067A"


def test_tle_to_oem_in_another_frame(tle: Path, tmp_path: Path):
    (path,) = convert(tle, tmp_path / "hour.oem", frame="itrf", duration_s=3_600.0, step_s=700.0)
    hour = only(path)
    assert hour.name_of_frame == "ITRF"
    assert list(hour.t_s) == pytest.approx([0.0, 700.0, 1400.0, 2100.0, 2800.0, 3500.0, 3600.0])
    assert hour.comments[-1] == "Turned from TEME to ITRF."


@pytest.mark.parametrize("middle", ["x.omm", "x.omm.xml", "x.xml", "x.3le"])
def test_elements_there_and_back(tle: Path, tmp_path: Path, middle: str, elements):
    (first,) = convert(tle, tmp_path / middle)
    (back,) = convert(first, tmp_path / "back.2le")
    assert read_element_sets(back)[0].to_lines() == elements.to_lines()


def test_many_sets(tmp_path: Path):
    sets = read_element_sets(SAMPLE)
    (path,) = convert(SAMPLE, tmp_path / "all.omm.xml")
    assert [item.elements for item in read_omm(path)] == list(sets)  # an OMM has no sign of a zero exponent
    files = convert(SAMPLE, tmp_path / "one.omm")
    assert len(files) == len(sets)
    assert files[1].name == "one-0002.omm"
    assert read_omm(files[1])[0].elements == sets[1]
    (flown,) = convert(SAMPLE, tmp_path / "latest.opm")
    assert read_opm(flown).state.epoch.iso() == max(item.epoch for item in sets).iso()


@pytest.mark.parametrize("middle", ["x.oem", "x.oem.xml", "x.xml", "x.kvn", "x.csv", "x.parquet", "x.czml"])
def test_states_there_and_back(oem: Path, tmp_path: Path, middle: str):
    (first,) = convert(oem, tmp_path / middle)
    (back,) = convert(first, tmp_path / "back.oem")
    before, after = only(oem), only(back)
    assert np.abs(before.r_m - after.r_m).max() < a_micrometre
    assert np.abs(before.v_m_s - after.v_m_s).max() < 2.0e-9
    assert [e.iso(decimals=9) for e in before.epochs] == [e.iso(decimals=9) for e in after.epochs]
    assert (before.frame, before.object_id) == (after.frame, after.object_id)


def test_oem_to_opm_is_the_last_state(oem: Path, tmp_path: Path):
    (path,) = convert(oem, tmp_path / "last.opm")
    state = read_opm(path).state
    assert state.epoch == only(oem).last
    assert state.comments[-1] == "Last state of 13 in the source (OEM)."
    (again,) = convert(path, tmp_path / "one.oem")
    assert len(only(again).t_s) == 1


@pytest.mark.parametrize("name", ["x.tle", "x.3le", "x.omm", "x.omm.xml"])
def test_states_make_no_element_set(oem: Path, tmp_path: Path, name: str):
    with pytest.raises(FormatError, match=r"states do not make an element set.*found 'oem to (tle|omm)'"):
        convert(oem, tmp_path / name)
    assert not (tmp_path / name).exists()


def test_an_unknown_ending_is_refused(oem: Path, tmp_path: Path):
    with pytest.raises(FormatError, match=r"ending names no format.*\.docx"):
        convert(oem, tmp_path / "x.docx")


def test_several_objects(oem: Path, tmp_path: Path, orbit):
    pair = (orbit(), orbit(5, object_name="MS-24", object_id="2023-141A"))
    table = write_table(tmp_path / "both.csv", pair)
    files = convert(table, tmp_path / "both.oem")
    assert [path.name for path in files] == ["both-1998-067A.oem", "both-2023-141A.oem"]
    (czml,) = convert(table, tmp_path / "both.czml")
    assert len(read_any(czml)[1]) == 2
    with pytest.raises(FormatError, match="holds 2 objects"):
        read_initial_state(table)


def test_a_file_cut_short_is_converted_with_a_remark(oem: Path, tmp_path: Path):
    cut = tmp_path / "cut.oem"
    cut.write_text("\n".join(oem.read_text().splitlines()[:-3]) + "\n")
    (path,) = convert(cut, tmp_path / "whole.oem")
    assert only(path).missing_s == 0.0
    assert "its states end 180.000 s before" in only(path).comments[-1]
    assert "180.000 s" in str(read_initial_state(cut).metadata["remarks"])


def test_content_rules_over_names(oem: Path, tmp_path: Path):
    misnamed = tmp_path / "really.tle"
    misnamed.write_bytes(oem.read_bytes())
    (path,) = convert(misnamed, tmp_path / "x.oem")
    assert len(only(path).t_s) == 13


def test_initial_state_of_an_opm(tmp_path: Path, orbit):
    ship = orbit(1, frame="eme2000", metadata_comments=("MASS=1",))
    path = write_message(tmp_path / "a.opm", StateMessage(ship))
    state = read_initial_state(path)
    turned = in_frame(ship, "gcrf")
    assert (state.kind, state.element_set, state.epoch) == ("opm", None, ship.epoch)
    np.testing.assert_allclose(state.r_gcrf, turned.r_m[0], atol=a_micrometre)
    np.testing.assert_allclose(state.v_gcrf, turned.v_m_s[0], atol=1e-9)
    assert state.metadata["mass_kg"] == 1.0
    assert state.metadata["source_frame"] == "EME2000"


def test_initial_state_of_an_oem(oem: Path, orbit):
    ship = orbit()
    assert read_initial_state(oem).epoch == ship.last
    truth = orbit(200, 1.0)
    state = read_initial_state(oem, ship.epoch + 100.0)
    assert state.epoch == ship.epoch + 100.0
    assert np.linalg.norm(state.r_gcrf - truth.r_m[100]) < 1.0e-3
    assert state.metadata["interpolation_error_m"] < 1.0e-3


def test_initial_state_of_element_sets():
    sets = read_element_sets(SAMPLE)
    state = read_initial_state(SAMPLE)
    assert state.element_set == max(sets, key=lambda item: item.epoch)
    assert (state.kind, state.epoch) == ("tle", state.element_set.epoch)
    later = sets[2].epoch + 60.0
    state = read_initial_state(SAMPLE, later)
    assert state.element_set == max((s for s in sets if s.epoch <= later), key=lambda item: item.epoch)
    assert state.epoch == later
    r, _ = state.element_set.sgp4(later)
    assert np.linalg.norm(r) == pytest.approx(np.linalg.norm(state.r_gcrf), abs=1e-6)


def test_initial_state_needs_the_earth(tmp_path: Path, orbit):
    path = write_message(tmp_path / "m.opm", StateMessage(orbit(1, center="MARS")))
    with pytest.raises(FormatError, match=r"CENTER_NAME.*'MARS'"):
        read_initial_state(path)
