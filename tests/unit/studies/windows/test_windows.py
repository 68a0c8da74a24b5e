"""Launch windows: what each row must hold, whatever the flight."""

import math
from pathlib import Path

import numpy as np
import pytest

from zarya.errors import CoverageError, InputError, ScenarioError
from zarya.gnc.element_choice import ElementHistory
from zarya.gnc.launch_instant import coplanar_instant, soyuz_insertion
from zarya.gnc.schemes import ALL_SCHEMES, OPTIMUM_LEAD, launcher_lead
from zarya.orbits.tle import read_element_sets
from zarya.studies.windows import launch, launch_windows, liftoff_price
from zarya.time import Epoch
from zarya.units import DAY
from zarya.vehicles import catalog

DATA = Path(__file__).parents[3] / "flights" / "data"
KEYS = {
    "liftoff_utc", "liftoff_sigma_s", "scheme", "phase_deg", "phase_sigma_deg", "plane_offset_s", "docking_utc",
    "delta_v_m_s", "approach_delta_v_m_s", "propellant_margin_kg", "beta_deg", "site_sun_elevation_deg",
    "open_by_energy", "open_by_published_limit", "feasible", "why_not",
}  # fmt: skip


def utc(text: str) -> Epoch:
    return Epoch.from_iso(text, scale="utc")


@pytest.fixture(scope="module")
def history() -> ElementHistory:
    return ElementHistory(read_element_sets(DATA / "iss_2023-09.tle"))


def windows(history: ElementHistory, start: str, end: str, scheme: str = "any") -> list[dict[str, object]]:
    return launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", history, utc(start), utc(end), scheme)


def test_every_opportunity_is_answered_for_every_scheme(history: ElementHistory) -> None:
    rows = windows(history, "2023-09-10T00:00:00Z", "2023-09-20T00:00:00Z")
    for scheme in ALL_SCHEMES:
        own = [row for row in rows if row["scheme"] == scheme.name]
        liftoffs = [utc(str(row["liftoff_utc"])) for row in own]
        gaps = np.diff([item - liftoffs[0] for item in liftoffs])
        assert len(own) == 10
        assert np.all(np.abs(gaps - 23.59 * 3600.0) < 400.0)  # sidereal day less the drift of the node
    for row in rows:
        assert row.keys() >= KEYS
        assert row["feasible"] == (not row["why_not"])
        if row["feasible"]:
            assert row["open_by_energy"]
            assert row["open_by_published_limit"]


def test_row_is_the_instant_of_the_single_lift_off(history: ElementHistory) -> None:
    row = windows(history, "2023-09-15T00:00:00Z", "2023-09-16T00:00:00Z", "2-orbit")[0]
    question = launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms")
    chosen = next(s for s in history.sets if s.epoch.iso() == row["element_set_epoch_utc"])
    single = coplanar_instant(
        chosen, question.pad, soyuz_insertion(), utc("2023-09-15T00:00:00Z"), ALL_SCHEMES[1].transfer, question.lead
    )
    assert abs(utc(str(row["liftoff_utc"])) - single.liftoff) < 2e-3
    assert row["plane_offset_s"] == 0.0
    assert chosen.epoch - single.liftoff < 0.0


def test_reference_flight_day(history: ElementHistory) -> None:
    """MS-24: four-impulse plans cost 118 m/s, a minute beside the plane 3-4 m/s more; it left at night."""
    rows = {str(row["scheme"]): row for row in windows(history, "2023-09-15T00:00:00Z", "2023-09-16T00:00:00Z")}
    row = rows["2-orbit"]
    assert row["feasible"]
    assert not rows["4-orbit"]["feasible"]
    assert not rows["1-orbit"]["feasible"]
    assert abs(float(str(row["delta_v_m_s"])) - 118.0) < 5.0
    assert 2.5 < float(str(row["minute_late_m_s"])) < 4.0
    assert float(str(row["site_sun_elevation_deg"])) < -10.0
    assert 200.0 < float(str(row["propellant_margin_kg"])) < 350.0


def test_only_earlier_sets_are_used(history: ElementHistory) -> None:
    for row in windows(history, "2023-09-05T00:00:00Z", "2023-09-15T00:00:00Z"):
        assert utc(str(row["element_set_epoch_utc"])) - utc(str(row["liftoff_utc"])) < 0.0


def test_forty_days_old_set_answers_phase_unknown(history: ElementHistory) -> None:
    old = ElementHistory([item for item in history.sets if item.epoch - utc("2023-09-05T00:00:00Z") < 0.0])
    row = windows(old, "2023-10-15T00:00:00Z", "2023-10-16T00:00:00Z", "2-orbit")[0]
    assert row["why_not"] == "phase unknown"
    assert row["feasible"] is False
    assert float(str(row["phase_sigma_deg"])) > 30.0
    assert float(str(row["liftoff_sigma_s"])) > 10.0


def test_published_width_is_the_share_of_open_days(history: ElementHistory) -> None:
    """Phases of successive days are spread over the turn, so each scheme is open for its width over 360 deg."""
    rows = windows(history, "2023-09-10T00:00:00Z", "2024-09-10T00:00:00Z")
    for scheme in ALL_SCHEMES[1:]:
        own = [row for row in rows if row["scheme"] == scheme.name]
        share = sum(bool(row["open_by_published_limit"]) for row in own) / len(own)
        expected = scheme.published_width_rad / (2.0 * math.pi)
        assert abs(share - expected) < 0.35 * expected + 0.012


def test_tiangong_from_jiuquan_both_ways() -> None:
    sets = read_element_sets(DATA / "tianhe_2026-04.tle")
    rows = launch_windows(
        "tiangong", "jiuquan-921", "cz-2f", "shenzhou", sets, utc("2026-05-01T00:00:00Z"), utc("2026-05-02T12:00:00Z"),
        "34-orbit", direction="both",
    )  # fmt: skip
    assert {row["direction"] for row in rows} == {"ascending", "descending"}
    for row in rows:
        assert "not calibrated" in row["lead_programme"]
        assert row["liftoff_sigma_s"] >= OPTIMUM_LEAD.sigma_s
        assert abs(row["azimuth_deg"] - (81.6 if row["direction"] == "ascending" else 98.4)) < 0.3


def test_leads_go_with_launcher_and_ship() -> None:
    def lead(name: str, ship: str) -> str:
        return launcher_lead(catalog.launcher(name), ship).programme

    assert lead("soyuz-2.1a", "progress-ms") == "soyuz-2.1a-cargo"
    assert lead("soyuz-fg", "soyuz-ms") == "soyuz-fg-crew"
    assert lead("soyuz-u", "progress-ms") == "soyuz-u-cargo"
    assert "lent" in lead("soyuz-2.1b", "soyuz-ms")
    own = launcher_lead(catalog.launcher("falcon-9"), "crew-dragon")
    assert own.programme == OPTIMUM_LEAD.programme
    assert own.lead_s != OPTIMUM_LEAD.lead_s


def test_bad_questions_are_refused(history: ElementHistory) -> None:
    day = "2023-09-15T00:00:00Z"
    with pytest.raises(InputError, match="after it starts"):
        windows(history, day, day)
    with pytest.raises(InputError, match="scheme"):
        windows(history, day, "2023-09-16T00:00:00Z", "3-orbit")
    with pytest.raises(ScenarioError, match="baikonur"):
        launch_windows(
            "iss", "baikonur-31", "soyuz-2.1a", "soyuz-ms", history, utc(day), utc(day) + DAY, "any"
        )  # fmt: skip
    with pytest.raises(InputError, match="inclination"):
        launch_windows("iss", "plesetsk-43-4", "soyuz-2.1a", "soyuz-ms", history, utc(day), utc(day) + DAY)


def test_sets_of_another_satellite_are_refused() -> None:
    sets = read_element_sets(DATA / "tianhe_2026-04.tle")
    with pytest.raises(InputError, match="another satellite"):
        launch_windows(
            "iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", sets, utc("2026-05-01T00:00:00Z"),
            utc("2026-05-02T00:00:00Z"),
        )  # fmt: skip


def test_busy_port_closes_the_day(history: ElementHistory) -> None:
    busy = [(utc("2023-09-15T12:00:00Z"), utc("2023-09-16T00:00:00Z"), "a cargo ship")]
    row = launch_windows(
        "iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", history, utc("2023-09-15T00:00:00Z"),
        utc("2023-09-16T00:00:00Z"), "2-orbit", busy=busy,
    )[0]  # fmt: skip
    assert row["why_not"] == "docking conflicts with a cargo ship"


def test_price_of_lift_off_is_least_in_the_plane(history: ElementHistory) -> None:
    row = windows(history, "2023-09-15T00:00:00Z", "2023-09-16T00:00:00Z", "2-orbit")[0]
    offsets = np.linspace(-120.0, 120.0, 9)
    price = liftoff_price(row, launch("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms"), history, offsets)
    assert int(np.argmin(price["delta_v_m_s"])) == 4
    assert 2.5 < price["delta_v_m_s"][6] - price["delta_v_m_s"][4] < 4.0  # a minute late
    slope = np.polyfit(offsets, price["phase_deg"], 1)[0]
    assert abs(slope - 360.0 / 5_570.0) < 0.002  # the station moves on by its own rate


def test_first_set_just_before_the_span_is_enough(history: ElementHistory) -> None:
    start = history.sets[-20].epoch + 60.0
    late = ElementHistory(history.sets[-20:])
    rows = launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", late, start, start + 2.0 * DAY, "2-orbit")
    assert len(rows) == 2
    with pytest.raises(CoverageError, match="earlier epoch"):
        launch_windows("iss", "baikonur-31-6", "soyuz-2.1a", "soyuz-ms", late, start + -2.0 * DAY, start, "2-orbit")


def test_the_last_set_alone_serves_a_search_from_midnight(history: ElementHistory) -> None:
    start, end = "2023-09-15T00:00:00Z", "2023-09-16T00:00:00Z"
    last = history.first(history.count_before(utc("2023-09-15T15:00:00Z"))).sets[-1]
    assert last.epoch > utc(start)
    whole, alone = windows(history, start, end, "2-orbit"), windows(ElementHistory([last]), start, end, "2-orbit")
    assert [row["liftoff_utc"][:16] for row in alone] == [row["liftoff_utc"][:16] for row in whole]
