"""A state of Vallado in four frames: what a converted file must hold, velocities included.

Vallado, Crawford, Hujsak, Kelso 2006, AIAA 2006-6753, appendix C, and Vallado 2013, table 3-6 (gcrf by IAU 2000).
"""

import numpy as np
import pytest

from zarya.exchange.convert import convert
from zarya.exchange.messages import read_opm, write_message
from zarya.exchange.records import StateMessage, Trajectory
from zarya.time import Epoch

EPOCH = Epoch.from_iso("2004-04-06T07:51:28.386009Z")
STATES = {
    "teme": ([5094.18016210, 6127.64465950, 6380.34453270], [-4.746131487, 0.785818041, 5.531931288]),
    "gcrf": ([5102.50895290, 6123.01139910, 6378.13693380], [-4.743220161, 0.790536495, 5.533755724]),
    "itrf": ([-1033.4793830, 7901.2952754, 6380.3565958], [-3.225636520, -2.872451450, 5.531924446]),
}
a_centimetre, ten_micrometres_per_s = 0.01, 1.0e-5
his_ut1_m, his_ut1_m_s = 0.4, 4.0e-4
"""He takes UT1-UTC at 0 h: 0.5 ms, 0.3 m and 0.2 mm/s here, wherever itrf comes in (see test_vallado_teme)."""


@pytest.mark.parametrize("source", ["teme", "gcrf", "itrf"])
@pytest.mark.parametrize("target", ["teme", "gcrf", "itrf"])
def test_vallado_state(tmp_path, source: str, target: str):
    r, v = (np.array([value]) * 1e3 for value in STATES[source])
    state = Trajectory("VALLADO", "2004-000A", source, EPOCH, np.zeros(1), r, v)
    (path,) = convert(write_message(tmp_path / "a.opm", StateMessage(state)), tmp_path / "b.opm", frame=target)
    found = read_opm(path).state
    assert found.frame == target
    dr = np.linalg.norm(found.r_m[0] / 1e3 - STATES[target][0]) * 1e3
    dv = np.linalg.norm(found.v_m_s[0] / 1e3 - STATES[target][1]) * 1e3
    has_itrf = "itrf" in (source, target)
    assert dr < (his_ut1_m if has_itrf else a_centimetre)
    assert dv < (his_ut1_m_s if has_itrf else ten_micrometres_per_s)
