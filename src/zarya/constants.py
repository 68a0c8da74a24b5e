"""Physical constants in SI units, each with its unit in the name and its source beside it.

Constants of a vehicle, site or model live with that vehicle, site or model.
"""

from typing import Final

# --- Earth ------------------------------------------------------------------------------------
GM_EARTH_EGM2008_M3_S2: Final = 3.986004415e14
"""Earth, as scaled for EGM2008 (tide-free). Source: Pavlis et al. 2012, JGR 117 B04406, section 2."""
RADIUS_EARTH_EGM2008_M: Final = 6_378_136.3
"""Reference radius of the EGM2008 coefficients. Source: as above."""
WGS84_SEMI_MAJOR_AXIS_M: Final = 6_378_137.0
"""Source: NGA.STND.0036_1.0.0_WGS84 (2014), table 3.1."""
WGS84_FLATTENING: Final = 1.0 / 298.257223563
"""Source: as above."""
MEAN_RADIUS_EARTH_M: Final = 6_371_000.0
"""For arcs over the ground and first guesses: 6371.0088 km rounded. Source: Moritz 1980, GRS80, mean radius R1."""
EARTH_ROTATION_RAD_S: Final = 7.292115e-5
"""Nominal mean angular velocity. Source: NGA.STND.0036, table 3.1."""
J2_EGM2008: Final = 1.0826261738522e-3
"""-sqrt(5) C20 with C20 = -4.84165143790815e-4 (EGM2008 tide-free), for planning formulas only; the field uses C20."""

# --- Other bodies -----------------------------------------------------------------------------
GM_SUN_M3_S2: Final = 1.32712440041e20
"""Source: DE421, Folkner et al. 2009, IPN PR 42-178 (TDB-compatible)."""
GM_MOON_M3_S2: Final = 4.902800076e12
"""Source: as above."""
RADIUS_SUN_M: Final = 6.957e8
"""Nominal solar radius. Source: IAU 2015 Resolution B3."""
SOLAR_PRESSURE_1AU_N_M2: Final = 4.560e-6
"""1361 W/m2 (IAU 2015 B3: 1361) over c, at 1 au; 1361/299792458 = 4.540e-6; the standard 4.56e-6 is used by peers.
Source: Montenbruck & Gill, Satellite Orbits, section 3.4."""
AU_M: Final = 149_597_870_700.0
"""Source: IAU 2012 Resolution B2."""

# --- General ----------------------------------------------------------------------------------
STANDARD_GRAVITY_M_S2: Final = 9.80665
"""Converts a specific impulse in seconds to an exhaust speed. Source: CGPM 1901."""
