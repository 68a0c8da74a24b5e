from pathlib import Path

import pytest

import zarya
from zarya.errors import FlightError, ScenarioError
from zarya.mission.as_flown import as_flown
from zarya.mission.lift import lift_off
from zarya.mission.scenario import MISSIONS, Scenario, check, mission_names
from zarya.mission.template import write_template

REFERENCE = MISSIONS / "soyuz-ms-24" / "scenario.toml"


def changed(folder: Path, *pairs: tuple[str, str]) -> Path:
    """The reference mission with some text replaced, its element sets beside it."""
    text = REFERENCE.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    for name in ("station.tle", "landing.tle"):
        (folder / name).write_bytes((REFERENCE.parent / name).read_bytes())
    path = folder / "mission.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", mission_names())
def test_shipped_missions_can_be_flown(name: str) -> None:
    assert check(name) == ()
    assert zarya.load(name).name == name


def test_no_element_set_of_the_reference_mission_is_later_than_the_launch() -> None:
    scenario = zarya.load("soyuz-ms-24")
    flown = as_flown(scenario)["liftoff"].epoch
    assert all(item.epoch - flown < 0.0 for item in scenario.element_sets)
    undocking = as_flown(scenario)["undocking"].epoch
    assert scenario.home is not None
    assert all(item.epoch - undocking < 0.0 for item in scenario.home.element_sets)


@pytest.mark.parametrize(
    ("pair", "key", "says"),
    [
        (('port = "rassvet"', 'port = "rasvet"'), "station.port", "no such port"),
        (('site = "baikonur-31-6"', 'site = "baikonur"'), "launch.site", "no site of this name"),
        (("mass_kg = 7152.0", "mass_kg = 71.52"), "ship.mass_kg", "greater than"),
        (("mass_kg = 7152.0", 'mass_kg = "heavy"'), "ship.mass_kg", "number"),
        (('scheme = "2-orbit"', 'scheme = "3-orbit"'), "launch.scheme", "2-orbit"),
        (('"2023-09-15T12:00:00Z"', '"2023-13-15T12:00:00Z"'), "launch.not_before", "UTC"),
        (('"2023-09-15T18:56:00Z"', '"2023-08-15T18:56:00Z"'), "rendezvous.docking", "1 h to 6 days"),
        (('port = "rassvet"', 'port = "pirs"'), "station.port", "was removed on 2021-07-26"),
        (('port = "rassvet"', 'port = "harmony-forward"'), "station.port", "idss"),
        (('element_sets = "station.tle"', 'element_sets = "none.tle"'), "station.element_sets", "cannot be read"),
        (("mass_kg = 7152.0", "masss_kg = 7152.0"), "ship.masss_kg", "no such key"),
        (('zone = "zhezkazgan"', 'zone = "steppe"'), "landing.zone", "no zone of this name"),
        (('# wind = "climatology" ', 'wind = "climatolgy" '), "landing.wind", 'or give "climatology" or "none"'),
        (('# wind = "climatology" ', "wind = 3 "), "landing.wind", "string"),
        (
            ('scheme = "2-orbit" ', 'wind = "storm"\nscheme = "2-orbit" '),
            "launch.wind",
            'or give "climatology" or "none"',
        ),
        (('"2024-04-06T00:00:00Z"', '"2023-09-15T12:00:00Z"'), "landing.not_before", "before the docking"),
        (('# undocking = "2024-04-06T03:55:00Z"', 'undocking = "2024-05-06T03:55:00Z"'), "landing.undocking", "before"),
        (
            ('# undocking = "2024-04-06T03:55:00Z"', 'undocking = "2023-09-15T03:55:00Z"'),
            "landing.undocking",
            "docking",
        ),
        (('name = "soyuz-ms"', 'name = "progress-ms"'), "ship.name", "comes home"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, pair: tuple[str, str], key: str, says: str) -> None:
    problems = check(changed(tmp_path, pair))
    assert [item.key for item in problems if says in f"{item.problem} {item.remedy}"] == [key]
    assert all(item.remedy and item.file for item in problems)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    path = changed(tmp_path, ('"baikonur-31-6"', '"x"'), ('"rassvet"', '"y"'), ('"soyuz-2.1a"', '"z"'))
    with pytest.raises(ScenarioError) as caught:
        zarya.load(path)
    assert {item.key for item in caught.value.problems} >= {"launch.site", "station.port", "launch.launcher"}


def test_faults_of_writing_names_and_dates_come_in_one_run(tmp_path: Path) -> None:
    """A value out of its range, a key misspelt, an unknown site, a port of another system, a contact before launch."""
    path = changed(
        tmp_path,
        ("mass_kg = 7152.0", "mass_kg = 71.52\npropelant_kg = 800.0"),
        ('"baikonur-31-6"', '"x"'),
        ('"rassvet"', '"harmony-forward"'),
        ('"2023-09-15T18:56:00Z"', '"2023-08-15T18:56:00Z"'),
    )
    keys = [item.key for item in check(path)]
    wanted = {"ship.mass_kg", "ship.propelant_kg", "launch.site", "station.port", "rendezvous.docking"}
    assert wanted <= set(keys)
    assert len(keys) == len(set(keys))


def test_a_required_key_of_the_wrong_kind_hides_no_unknown_name(tmp_path: Path) -> None:
    path = changed(tmp_path, ('scheme = "2-orbit"', "scheme = 2"), ('"soyuz-2.1a"', '"z"'))
    assert {"launch.scheme", "launch.launcher"} <= {item.key for item in check(path)}


def test_unknown_mission_names_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match="soyuz-ms-24"):
        zarya.load("soyuz-ms-42")


def test_template_can_be_flown_and_nothing_is_overwritten(tmp_path: Path) -> None:
    mission, *sets = write_template("first", tmp_path)
    assert check(mission) == ()
    assert [path.name for path in sets] == ["first.tle", "first-landing.tle"]
    before = [path.read_bytes() for path in (mission, *sets)]
    with pytest.raises(ScenarioError, match="exists"):
        write_template("first", tmp_path)
    assert [path.read_bytes() for path in (mission, *sets)] == before
    with pytest.raises(ScenarioError, match="plain file name"):
        write_template("../escape", tmp_path)


def test_a_removed_port_serves_flights_before_its_day(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ('port = "rassvet"', 'port = "pirs"'),
        ('"2023-09-15T12:00:00Z"', '"2021-07-01T12:00:00Z"'),
        ('"2023-09-15T18:56:00Z"', '"2021-07-01T18:56:00Z"'),
    )
    assert not [item for item in check(path) if item.key == "station.port"]


def test_a_lift_off_far_from_the_plane_is_refused_with_the_margin(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ('# scheduled = "2023-09-15T15:44:35Z"', 'scheduled = "2023-09-15T09:00:00Z"'),
        ('docking = "2023-09-15T18:56:00Z"', "#"),
    )
    with pytest.raises(FlightError, match="off the plane of the station") as caught:
        lift_off(zarya.load(path))
    assert caught.value.detail["turn_m_s"] > caught.value.detail["ship_m_s"]  # type: ignore[operator]


@pytest.mark.parametrize("date", ["2023-09-15T12:00:00Z", "2023-09-15T15:00:00+03:00", "2023-09-15 12:00:00"])
def test_dates_may_be_those_of_toml(tmp_path: Path, date: str) -> None:
    scenario = zarya.load(changed(tmp_path, ('not_before = "2023-09-15T12:00:00Z"', f"not_before = {date}")))
    assert scenario.search_from.iso() == "2023-09-15T12:00:00.000Z"


def sets_text(scenario: Scenario, count: int) -> str:
    return "\n".join(line for item in scenario.element_sets[-count:] for line in item.to_lines()) + "\n"


OTHER = (
    "1 48274U 21035A   23250.60323094  .00044413  00000+0  47310-3 0  9998\n"
    "2 48274  41.4752 131.4523 0011170 306.4440 200.5215 15.63299353134571\n"
)


def test_of_a_file_of_stations_only_the_one_is_read(tmp_path: Path) -> None:
    path, whole = changed(tmp_path), zarya.load("soyuz-ms-24")
    (tmp_path / "station.tle").write_text(OTHER + sets_text(whole, 3))
    assert [item.catalog_number for item in zarya.load(path).element_sets] == [25544] * 3
    (tmp_path / "station.tle").write_text(OTHER)
    (problem,) = check(path)
    assert (problem.key, problem.value) == ("station.element_sets", 48274)


def test_the_last_set_alone_serves_a_search_from_midnight(tmp_path: Path) -> None:
    path = changed(tmp_path, ('not_before = "2023-09-15T12:00:00Z"', 'not_before = "2023-09-15T00:00:00Z"'))
    (tmp_path / "station.tle").write_text(sets_text(zarya.load("soyuz-ms-24"), 1))
    flown = as_flown(zarya.load("soyuz-ms-24"))["liftoff"].epoch
    assert abs(lift_off(zarya.load(path)).epoch - flown) < 5.0


def test_sets_later_than_the_launch_are_told_before_it_flies(tmp_path: Path) -> None:
    path = changed(tmp_path, ('"2023-09-15T12:00:00Z"', '"2013-09-15T12:00:00Z"'), ('docking = "2023-09', '# "2023-09'))
    (problem,) = check(path)
    assert problem.key == "station.element_sets"
    assert "no element set is earlier" in problem.problem
