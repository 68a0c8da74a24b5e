"""What is refused of a way home before anything flies, and what a pass search says when nothing is in reach."""

from dataclasses import replace
from pathlib import Path

import pytest

import zarya
from zarya.errors import FlightError, InputError
from zarya.mission.home import prepare_home
from zarya.mission.scenario import MISSIONS
from zarya.time import Epoch

REFERENCE = MISSIONS / "soyuz-ms-24" / "scenario.toml"


def changed(folder: Path, old: str, new: str) -> Path:
    text = REFERENCE.read_text(encoding="utf-8")
    assert old in text
    for name in ("station.tle", "landing.tle"):
        (folder / name).write_bytes((REFERENCE.parent / name).read_bytes())
    path = folder / "mission.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_element_sets_from_before_the_launch_do_not_bring_a_ship_home(tmp_path: Path) -> None:
    path = changed(tmp_path, 'element_sets = "landing.tle"', 'element_sets = "station.tle"')
    with pytest.raises(InputError, match=r"20\d\.\d days old") as caught:
        zarya.fly(zarya.load(path))
    assert caught.value.problems[0].key == "landing.element_sets"
    assert "before the undocking" in caught.value.problems[0].remedy


def test_a_mission_without_a_landing_cannot_be_flown_beyond_the_docking(tmp_path: Path) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    path = changed(tmp_path, text[text.index("[landing]") :], "")
    scenario = zarya.load(path)
    assert scenario.home is None
    with pytest.raises(InputError, match="where it lands"):
        zarya.fly(scenario, until="descent")


def test_unknown_phase_is_refused() -> None:
    with pytest.raises(InputError, match="no such phase"):
        zarya.fly(zarya.load("soyuz-ms-24"), until="splashdown")


@pytest.mark.slow
def test_a_zone_under_no_track_is_named_with_its_distance() -> None:
    """A zone at 70 N: the station never comes within 2000 km, and three days of searching say so."""
    scenario = zarya.load("soyuz-ms-24")
    assert scenario.home is not None
    zone = scenario.home.zone
    north = zone.model_copy(update={"latitude_deg": zone.latitude_deg.model_copy(update={"value": 70.0})})
    away = replace(scenario, home=replace(scenario.home, zone=north))
    with pytest.raises(FlightError, match=r"no pass within 3 days .* km from it"):
        prepare_home(away, Epoch.from_iso("2023-09-15T15:44:34.616Z"))
