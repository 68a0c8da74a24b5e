"""The catalog: what it holds, how a user's folder extends it, and what it says of a bad file."""

from pathlib import Path

import jax
import pytest

from zarya.errors import ScenarioError
from zarya.vehicles import catalog
from zarya.vehicles.quantity import Quantity, quantities, tags

OURS = {
    "launcher": {"soyuz-2.1a", "soyuz-2.1b", "soyuz-fg", "soyuz-u", "falcon-9", "cz-2f"},
    "ship": {"soyuz-ms", "progress-ms", "crew-dragon", "shenzhou"},
    "station": {"iss", "tiangong"},
    "site": {"baikonur-31-6", "baikonur-1-5", "vostochny-1s", "jiuquan-921", "lc-39a", "slc-40"},
    "zone": {"zhezkazgan", "arkalyk"},
}

SHIP = """
kind = "ship"
name = "tug"
title = "A tug"
docking_system = "ssvp"
mass_kg = { value = 5000, grade = "assumed", source = "me" }
propellant_kg = { value = 500, grade = "assumed", source = "me" }
drag_area_m2 = { value = 8, grade = "assumed", source = "me" }
drag_coefficient = { value = 2.2, grade = "assumed", source = "me" }
[sources]
me = "a user"
[engine]
source = "me"
grade = "assumed"
thrust_kn = 3
isp_s = 300
minimum_burn_s = 1
[thrusters]
source = "me"
grade = "assumed"
count = 12
thrust_n = 100
isp_s = 280
aft_count = 4
minimum_pulse_s = 0.05
[deorbit]
delta_v_m_s = { value = 120, grade = "assumed", source = "me" }
"""


def write(folder: Path, text: str, name: str = "tug.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", OURS)
def test_catalog_has_the_named_entries(kind):
    assert OURS[kind] <= {entry.name for entry in catalog.entries(kind)}


def test_every_number_of_every_entry_has_grade_and_a_source_that_is_listed():
    for entry in catalog.entries():
        record = catalog.entry(entry.kind, entry.name)
        found = quantities(record)
        assert found, entry.file
        assert all(item.grade and item.source for item in found)
        assert tags(record) <= entry.sources.keys()


def test_every_flying_entry_becomes_leaves_of_one_kind():
    for entry in catalog.entries():
        record = catalog.entry(entry.kind, entry.name)
        if hasattr(record, "pytree"):
            for leaf in jax.tree.leaves(record.pytree()):
                assert leaf.dtype == "float64"
                assert not leaf.weak_type


def test_user_folder_extends_ours(tmp_path, monkeypatch):
    write(tmp_path, SHIP)
    assert catalog.ship("tug", tmp_path).mass_kg == Quantity(value=5000, grade="assumed", source="me")
    monkeypatch.setenv("ZARYA_CATALOG", str(tmp_path))
    assert {"tug", "soyuz-ms"} <= {entry.name for entry in catalog.entries("ship")}


def test_user_entry_inherits_and_changes_one_number(tmp_path):
    text = "\n".join(
        (
            'kind = "launcher"',
            'name = "light"',
            'title = "Soyuz-2.1a with a lighter third stage"',
            'inherits = "soyuz-2.1a"',
            "[sources]",
            'me = "a user"',
            "[[stage]]",
            'name = "upper"',
            'dry_mass_kg = { value = 2200, grade = "assumed", source = "me" }',
        )
    )
    light = catalog.launcher("light", write(tmp_path, text))
    soyuz = catalog.launcher("soyuz-2.1a")
    assert light.stage_names == soyuz.stage_names
    assert soyuz.loaded_mass_kg(0.0) - light.loaded_mass_kg(0.0) == pytest.approx(210.0)


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("thrust_kn = 3", "thrust_n = 3000", "engine.thrust_n", "Write thrust_kn"),
        ("thrust_kn = 3", "thrst_kn = 3", "engine.thrst_kn", "Did you mean thrust_kn"),
        ("isp_s = 300\n", "", "engine.isp_s", "missing"),
        ("isp_s = 300\n", "isp_s = 3\n", "engine.isp_s", "between 50 and 10000"),
        ("isp_s = 300\n", 'isp_s = "300"\n', "engine.isp_s", "without quotes"),
        ("isp_s = 300\n", "isp_s = [300, 301]\n", "engine.isp_s", "takes one number"),
        ("isp_s = 300\n", "isp_s = nan\n", "engine.isp_s", "finite"),
        ('source = "me"\ngrade = "assumed"\nthrust_kn', "thrust_kn", "engine.thrust_kn", "without grade and source"),
        ('me = "a user"', 'you = "a user"', "", "source tag not in the [sources] table: me"),
        ('grade = "assumed"\nthrust_kn', 'grade = "guess"\nthrust_kn', "engine.thrust_kn", "measured"),
        ('kind = "ship"', 'kind = "shp"', "kind", "Did you mean ship"),
        ("thrust_kn = 3", "thrust_kn = = 3", "", "not a TOML file"),
    ],
)
def test_bad_file_is_refused_with_file_key_and_remedy(tmp_path, old, new, key, said):
    assert old in SHIP
    write(tmp_path, SHIP.replace(old, new, 1))
    with pytest.raises(ScenarioError) as caught:
        catalog.ship("tug", tmp_path)
    assert said in str(caught.value)
    assert any(key in problem.key for problem in caught.value.problems)
    assert all(problem.file.endswith("tug.toml") for problem in caught.value.problems)


def test_key_in_another_unit_is_one_problem_not_two(tmp_path):
    write(tmp_path, SHIP.replace("thrust_kn = 3", "thrust_n = 3000"))
    with pytest.raises(ScenarioError) as caught:
        catalog.ship("tug", tmp_path)
    assert len(caught.value.problems) == 1


def test_misspelled_name_is_answered_with_the_near_one():
    with pytest.raises(ScenarioError, match=r"Did you mean soyuz-2\.1a"):
        catalog.launcher("soyuz-2.la")
    with pytest.raises(ScenarioError, match="Did you mean launcher"):
        catalog.entries("launchers")
    with pytest.raises(ScenarioError, match="rassvet"):
        catalog.station("iss").port_named("rasvet")


def test_missing_folder_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="does not exist"):
        catalog.ship("soyuz-ms", tmp_path / "nowhere")


def test_inheriting_in_a_circle_is_refused(tmp_path):
    for one, other in (("a", "b"), ("b", "a")):
        write(tmp_path, f'kind = "ship"\nname = "{one}"\ninherits = "{other}"\n', f"{one}.toml")
    with pytest.raises(ScenarioError, match="itself"):
        catalog.ship("a", tmp_path)
