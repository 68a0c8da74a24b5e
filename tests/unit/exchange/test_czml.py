"""CZML as `czml3` accepts it, and as a viewer needs it."""

import json
from pathlib import Path

import numpy as np
from czml3 import Document

from zarya.exchange.czml import czml_text, read_czml, write_czml


def test_czml3_accepts_it(tmp_path: Path, orbit):
    ship = orbit(5, object_name="MS-24", object_id="2023-141A")
    after = orbit(5, object_name="MS-24", object_id="2023-141A", epoch=ship.epoch + 600.0)
    path = write_czml(tmp_path / "flight.czml", (orbit(), ship, after))
    document = Document.load(path)
    assert [packet.id for packet in document.packets] == ["document", "1998-067A", "2023-141A"]
    assert [len(item.t_s) for item in read_czml(path)] == [13, 5, 5]


def test_inertial_states_are_icrf_and_fixed_ones_stay(orbit):
    """eme2000 is turned to ICRF axes, itrf is written as it is."""
    packets = json.loads(czml_text((orbit(2, frame="eme2000"), orbit(2, frame="itrf", object_id="b"))))
    assert packets[1]["position"]["referenceFrame"] == "INERTIAL"
    assert packets[2]["position"]["referenceFrame"] == "FIXED"
    first = np.array(packets[1]["position"]["cartesianVelocity"][1:4])
    assert 0.1 < np.linalg.norm(first - orbit(1).r_m[0]) < 0.8
    assert packets[2]["position"]["cartesianVelocity"][1:4] == orbit(1).r_m[0].tolist()


def test_times_count_si_seconds_through_a_leap_second(orbit):
    start = orbit().epoch.from_iso("2016-12-31T23:59:58.25Z")
    packets = json.loads(czml_text((orbit(4, 1.0, epoch=start),)))
    assert packets[1]["position"]["epoch"] == "2016-12-31T23:59:58.250Z"
    assert packets[1]["position"]["cartesianVelocity"][::7] == [0.0, 1.0, 2.0, 3.0]
    assert packets[1]["availability"] == "2016-12-31T23:59:58.250Z/2017-01-01T00:00:00.250Z"
