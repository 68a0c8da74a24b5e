"""Vallado et al. 2006, AIAA 2006-6753, appendix C: one state in TEME, GCRF and ITRF on 2004-04-06."""

import erfa
import numpy as np

from zarya.frames import dcm_gcrf_from_teme, dcm_itrf_from_gcrf, dcm_itrf_from_pef
from zarya.time import Epoch

EPOCH = Epoch.from_iso("2004-04-06T07:51:28.386009Z")
R_TEME = np.array([5094.18016210, 6127.64465950, 6380.34453270]) * 1e3
R_GCRF = np.array([5102.508958, 6123.011401, 6378.136928]) * 1e3
R_ITRF = np.array([-1033.4793830, 7901.2952754, 6380.3565958]) * 1e3
VALLADO_UT1_MINUS_UTC_S = -0.4399619


def test_gcrf_within_2_cm() -> None:
    """IAU 2006/2000A here, IAU 76/80 with pole corrections there: 12 mm measured."""
    assert np.linalg.norm(dcm_gcrf_from_teme(EPOCH) @ R_TEME - R_GCRF) < 0.02


def test_itrf_within_10_cm_with_vallados_ut1() -> None:
    jd1, jd2 = EPOCH.jd("utc")
    pef = erfa.rz(erfa.gmst82(jd1, jd2 + VALLADO_UT1_MINUS_UTC_S / 86400.0), np.eye(3)) @ R_TEME
    assert np.linalg.norm(dcm_itrf_from_pef(EPOCH) @ pef - R_ITRF) < 0.1


def test_itrf_within_the_length_of_day_he_leaves_out() -> None:
    """He takes UT1-UTC at 0 h; a third of a day at 1.556 ms per day is 0.5 ms, 0.3 m at this radius."""
    r = dcm_itrf_from_gcrf(EPOCH) @ dcm_gcrf_from_teme(EPOCH) @ R_TEME
    assert 0.2 < np.linalg.norm(r - R_ITRF) < 0.4
