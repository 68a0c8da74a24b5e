"""What is written and read again is what was there: to the digits of the format, in both notations."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from zarya.exchange.czml import czml_text, trajectories_from_czml
from zarya.exchange.messages import kvn_text, messages_from_text, xml_text
from zarya.exchange.naming import FRAMES, TIME_SCALES
from zarya.exchange.records import (
    Covariance,
    ElementMessage,
    Ephemeris,
    Header,
    Maneuver,
    OsculatingElements,
    Spacecraft,
    StateMessage,
    Trajectory,
)
from zarya.exchange.tabular import read_table, write_table
from zarya.orbits.tle import ElementSet
from zarya.time import Epoch

# the type checker of the tests samples lists by `random` while a strategy builds a record
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")

half_micrometre = 0.51e-6
half_nanometre_per_s = 0.51e-9
a_nanosecond = 1.1e-9
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
notations = pytest.mark.parametrize("text", [kvn_text, lambda m: xml_text([m])], ids=["kvn", "xml"])

words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -()[]<&>'", min_size=1, max_size=20).map(str.strip).filter(bool)
remarks = st.lists(st.text("ABCxyz 0123456789=.,<&>", max_size=30).map(str.rstrip), max_size=3).map(tuple)
EVERYWHERE = tuple(scale for scale in TIME_SCALES if scale != "ut1")
"""Time systems at any date; ut1 is known only where the Earth was watched."""
kilometres = st.integers(-(10**13), 10**13).map(lambda i: i * 1.0e-6)  # m, whole micrometres
kilometres_per_s = st.integers(-(10**13), 10**13).map(lambda i: i * 1.0e-9)  # m/s, whole nanometres a second
epochs = st.builds(
    lambda s, ns: Epoch(s, ns / 1_000_000_000), st.integers(-800_000_000, 900_000_000), st.integers(0, 999_999_999)
)
headers = st.builds(
    Header, originator=words, creation=st.none() | epochs, message_id=st.just("") | words,
    classification=st.just("") | words, comments=remarks,
)  # fmt: skip


@st.composite
def covariances(draw, has_epoch: bool) -> Covariance:
    factor = np.array(draw(st.lists(st.integers(-999, 999), min_size=36, max_size=36)), dtype=float).reshape(6, 6)
    return Covariance(
        factor @ factor.T, draw(epochs) if has_epoch else None, draw(st.sampled_from(["", "RTN", "EME2000"])),
        draw(remarks) if not has_epoch else (),
    )  # fmt: skip


def as_state(item: Trajectory) -> Trajectory:
    return replace(item, interpolation="", interpolation_degree=0, covariances=())


@st.composite
def trajectories(draw, most: int = 5, name: str = "1998-067A", scale: str = "utc") -> Trajectory:
    steps = draw(st.lists(st.integers(1, 10**14), min_size=0, max_size=most - 1))
    t = np.concatenate([[0.0], np.cumsum(steps)]) * 1.0e-9
    count = len(t)
    table = st.lists(kilometres, min_size=3 * count, max_size=3 * count)
    rates = st.lists(kilometres_per_s, min_size=3 * count, max_size=3 * count)
    frame = draw(st.sampled_from(FRAMES))
    has_rule = draw(st.booleans())
    return Trajectory(
        object_name=draw(words), object_id=name, center=draw(st.sampled_from(["EARTH", "MARS"])), frame=frame,
        time_scale=scale, epoch=draw(epochs), t_s=t,
        r_m=np.array(draw(table)).reshape(-1, 3), v_m_s=np.array(draw(rates)).reshape(-1, 3),
        frame_name=draw(st.sampled_from(["", "ITRF2000", "ITRF-97"])) if frame == "itrf" else "",
        interpolation="LAGRANGE" if has_rule else "", interpolation_degree=draw(st.integers(1, 11)) if has_rule else 0,
        covariances=tuple(draw(st.lists(covariances(has_epoch=True), max_size=2))),
        metadata_comments=draw(remarks), comments=draw(remarks),
    )  # fmt: skip


@st.composite
def ephemerides(draw) -> Ephemeris:
    segments = trajectories(name=draw(words), scale=draw(st.sampled_from(EVERYWHERE)))
    return Ephemeris(tuple(draw(st.lists(segments, min_size=1, max_size=2))), draw(headers))


numbers = st.floats(1.0e-3, 1.0e5).map(lambda x: float(f"{x:.12g}"))
spacecraft = st.builds(
    Spacecraft, mass_kg=numbers, solar_rad_area_m2=st.none() | numbers, solar_rad_coeff=st.none() | numbers,
    drag_area_m2=st.none() | numbers, drag_coeff=st.none() | numbers, comments=remarks,
)  # fmt: skip
maneuvers = st.builds(
    lambda ignition, duration, dv, comments: Maneuver(ignition, duration, -1.5, np.array(dv), "RTN", comments),
    epochs, numbers, st.lists(numbers, min_size=3, max_size=3), remarks,
)  # fmt: skip
osculating = st.builds(
    OsculatingElements, semi_major_axis_km=numbers, eccentricity=numbers, inclination_deg=numbers, raan_deg=numbers,
    argp_deg=numbers, gm_km3_s2=st.just(398600.4415), true_anomaly_deg=numbers, comments=remarks,
)  # fmt: skip
state_messages = st.builds(
    StateMessage, state=trajectories(most=1).map(as_state),
    header=headers, elements=st.none() | osculating, spacecraft=st.none() | spacecraft,
    covariance=st.none() | covariances(has_epoch=False), maneuvers=st.lists(maneuvers, max_size=2).map(tuple),
    user_defined=st.lists(st.tuples(st.sampled_from(["A", "B_2"]), words), max_size=2, unique_by=lambda p: p[0]).map(
        tuple
    ),
)  # fmt: skip


ONE_STATE = Trajectory(
    object_name="A", object_id="1998-067A", frame="gcrf", epoch=Epoch(0, 0.0), t_s=np.zeros(1), r_m=np.ones((1, 3)),
    v_m_s=np.ones((1, 3)), interpolation="", interpolation_degree=0,
)  # fmt: skip


def same_states(a: Trajectory, b: Trajectory) -> None:
    assert (a.object_name, a.object_id, a.center) == (b.object_name, b.object_id, b.center)
    assert (a.frame, a.name_of_frame, a.time_scale) == (b.frame, b.name_of_frame, b.time_scale)
    assert np.abs([x - y for x, y in zip(a.epochs, b.epochs, strict=True)]).max() < a_nanosecond
    assert np.abs(a.r_m - b.r_m).max() < half_micrometre
    assert np.abs(a.v_m_s - b.v_m_s).max() < half_nanometre_per_s
    assert (a.metadata_comments, a.comments) == (b.metadata_comments, b.comments)


def same_headers(a: Header, b: Header) -> None:
    assert (a.originator, a.message_id, a.classification, a.comments) == (
        b.originator, b.message_id, b.classification, b.comments,
    )  # fmt: skip
    if a.creation is not None:
        assert b.creation is not None
        assert abs(a.creation - b.creation) < a_nanosecond


@notations
@quick
@given(ephemeris=ephemerides())
def test_oem_loses_nothing(text, ephemeris: Ephemeris):
    written = text(ephemeris)
    (back,) = messages_from_text(written)
    assert isinstance(back, Ephemeris)
    same_headers(ephemeris.header, back.header)
    for a, b in zip(ephemeris.segments, back.segments, strict=True):
        same_states(a, b)
        assert (a.interpolation, a.interpolation_degree) == (b.interpolation, b.interpolation_degree)
        for p, q in zip(a.covariances, b.covariances, strict=True):
            assert p.frame_name == q.frame_name
            assert p.epoch is not None
            assert q.epoch is not None
            assert abs(p.epoch - q.epoch) < a_nanosecond
            np.testing.assert_allclose(q.matrix, p.matrix, rtol=1e-14, atol=0.0)
    if ephemeris.header.creation is not None:
        assert text(back) == written


@notations
@quick
@given(message=state_messages)
@example(message=StateMessage(state=ONE_STATE, header=Header(originator="A  B"), user_defined=(("A", "0  0"),)))
def test_opm_loses_nothing(text, message: StateMessage):
    (back,) = messages_from_text(text(message))
    assert isinstance(back, StateMessage)
    same_headers(message.header, back.header)
    same_states(message.state, back.state)
    assert back.elements == message.elements
    assert back.spacecraft == message.spacecraft
    assert back.user_defined == message.user_defined
    assert (back.covariance is None) == (message.covariance is None)
    if message.covariance is not None and back.covariance is not None:
        np.testing.assert_allclose(back.covariance.matrix, message.covariance.matrix, rtol=1e-14, atol=0.0)
    for a, b in zip(message.maneuvers, back.maneuvers, strict=True):
        assert abs(a.ignition - b.ignition) < a_nanosecond
        assert (a.duration_s, a.delta_mass_kg, a.frame_name, a.comments) == (
            b.duration_s, b.delta_mass_kg, b.frame_name, b.comments,
        )  # fmt: skip
        np.testing.assert_allclose(b.delta_v_m_s, a.delta_v_m_s, rtol=1e-14)


@notations
def test_omm_gives_the_same_lines_of_a_tle(text, elements: ElementSet):
    message = ElementMessage(
        elements, header=Header(creation=Epoch.from_iso("2023-09-15T10:00:00Z")), comments=("a remark",),
        spacecraft=Spacecraft(mass_kg=420_000.0), user_defined=(("EARTH_MODEL", "WGS-72"),),
    )  # fmt: skip
    (back,) = messages_from_text(text(message))
    assert isinstance(back, ElementMessage)
    assert back.elements == elements
    assert back.elements.to_lines() == elements.to_lines()
    assert (back.spacecraft, back.user_defined, back.comments) == (
        message.spacecraft, message.user_defined, message.comments,
    )  # fmt: skip
    assert back.object_id == "1998-067A"


def test_accelerations_are_kept(orbit):
    ship = orbit(3)
    ship = orbit(3, a_m_s2=-ship.r_m * 1.27e-6)
    (back,) = messages_from_text(kvn_text(Ephemeris((ship,))))
    assert isinstance(back, Ephemeris)
    assert back.segments[0].a_m_s2 is not None
    assert np.abs(back.segments[0].a_m_s2 - ship.a_m_s2).max() < 0.51e-12


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_tables_lose_nothing(name: str, tmp_path: Path, orbit):
    pair = (orbit(), orbit(5, object_name="MS-24", object_id="2023-141A", frame="itrf", frame_name="ITRF2014"))
    back = read_table(write_table(tmp_path / name, pair))
    for a, b in zip(pair, back, strict=True):
        same_states(a, b)
        assert (a.r_m == b.r_m).all()
        assert (a.v_m_s == b.v_m_s).all()


def test_czml_loses_nothing(orbit):
    pair = (orbit(), orbit(5, object_name="MS-24", object_id="2023-141A", frame="itrf"))
    for a, b in zip(pair, trajectories_from_czml(czml_text(pair)), strict=True):
        same_states(a, b)


def test_a_leap_second_is_stamped_60(orbit):
    start = Epoch.from_iso("2016-12-31T23:59:58Z")
    text = kvn_text(Ephemeris((orbit(4, 1.0, epoch=start),)))
    stamps = [line.split()[0] for line in text.splitlines() if line.startswith(("2016-", "2017-"))]
    assert stamps == [
        "2016-12-31T23:59:58.000", "2016-12-31T23:59:59.000", "2016-12-31T23:59:60.000", "2017-01-01T00:00:00.000"
    ]  # fmt: skip


def test_lines_keep_to_254_columns(orbit):
    ship = orbit(2, a_m_s2=orbit(2).v_m_s, comments=("a long story " * 60,))
    text = kvn_text(Ephemeris((ship,)))
    assert max(len(line) for line in text.splitlines()) <= 254
    (back,) = messages_from_text(text)
    assert isinstance(back, Ephemeris)
    assert " ".join(back.segments[0].comments) == ("a long story " * 60).strip()


def test_positions_have_9_and_velocities_12_decimals(orbit):
    text = kvn_text(Ephemeris((orbit(2),)))
    row = text.splitlines()[-1].split()
    assert [len(value.split(".")[1]) for value in row[1:]] == [9, 9, 9, 12, 12, 12]
