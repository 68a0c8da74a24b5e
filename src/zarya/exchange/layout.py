"""Which keywords stand in which section of which message, with their units. CCSDS 502.0-B-3, tables 3-1 to 5-3."""

from typing import Final

COMMENT: Final = "COMMENT"
STATE_KEYS: Final = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
ACCELERATION_KEYS: Final = ("X_DDOT", "Y_DDOT", "Z_DDOT")
COVARIANCE_KEYS: Final = tuple(f"C{STATE_KEYS[i]}_{STATE_KEYS[j]}" for i in range(6) for j in range(i + 1))
"""The lower triangle by rows: CX_X, CY_X, CY_Y, ..."""

_HEADER = {"CLASSIFICATION": "", "CREATION_DATE": "", "ORIGINATOR": "", "MESSAGE_ID": ""}
_OBJECT = {"OBJECT_NAME": "", "OBJECT_ID": "", "CENTER_NAME": "", "REF_FRAME": "", "REF_FRAME_EPOCH": "",
           "TIME_SYSTEM": ""}  # fmt: skip
_EPHEMERIS = {
    "START_TIME": "", "USEABLE_START_TIME": "", "USEABLE_STOP_TIME": "", "STOP_TIME": "", "INTERPOLATION": "",
    "INTERPOLATION_DEGREE": "",
}  # fmt: skip
_STATE = {"EPOCH": "", **dict.fromkeys(STATE_KEYS[:3], "km"), **dict.fromkeys(STATE_KEYS[3:], "km/s")}
_ANGLES = {"INCLINATION": "deg", "RA_OF_ASC_NODE": "deg", "ARG_OF_PERICENTER": "deg"}
_KEPLERIAN = {"SEMI_MAJOR_AXIS": "km", "ECCENTRICITY": "", **_ANGLES, "TRUE_ANOMALY": "deg", "MEAN_ANOMALY": "deg",
              "GM": "km**3/s**2"}  # fmt: skip
_SPACECRAFT = {"MASS": "kg", "SOLAR_RAD_AREA": "m**2", "SOLAR_RAD_COEFF": "", "DRAG_AREA": "m**2", "DRAG_COEFF": ""}
_MANEUVER = {
    "MAN_EPOCH_IGNITION": "", "MAN_DURATION": "s", "MAN_DELTA_MASS": "kg", "MAN_REF_FRAME": "", "MAN_DV_1": "km/s",
    "MAN_DV_2": "km/s", "MAN_DV_3": "km/s",
}  # fmt: skip
_MEAN = {"EPOCH": "", "SEMI_MAJOR_AXIS": "km", "MEAN_MOTION": "rev/day", "ECCENTRICITY": "", **_ANGLES,
         "MEAN_ANOMALY": "deg", "GM": "km**3/s**2"}  # fmt: skip
_TLE = {
    "EPHEMERIS_TYPE": "", "CLASSIFICATION_TYPE": "", "NORAD_CAT_ID": "", "ELEMENT_SET_NO": "", "REV_AT_EPOCH": "",
    "BSTAR": "1/ER", "BTERM": "m**2/kg", "MEAN_MOTION_DOT": "rev/day**2", "MEAN_MOTION_DDOT": "rev/day**3",
    "AGOM": "m**2/kg",
}  # fmt: skip
_COVARIANCE_VALUES = {
    key: "km**2" + ("/s" if "DOT" in key else "") + ("**2" if key.count("DOT") == 2 else "") for key in COVARIANCE_KEYS
}
_COVARIANCE = {"COV_REF_FRAME": "", **_COVARIANCE_VALUES}

KEYS: Final[dict[str, dict[str, dict[str, str]]]] = {
    "opm": {
        "header": _HEADER, "metadata": _OBJECT, "stateVector": _STATE, "keplerianElements": _KEPLERIAN,
        "spacecraftParameters": _SPACECRAFT, "covarianceMatrix": _COVARIANCE, "maneuverParameters": _MANEUVER,
        "userDefinedParameters": {},
    },
    "oem": {
        "header": _HEADER, "metadata": _OBJECT | _EPHEMERIS, "ephemeris": {},
        "covarianceMatrix": {"EPOCH": "", **_COVARIANCE},
    },
    "omm": {
        "header": _HEADER, "metadata": _OBJECT | {"MEAN_ELEMENT_THEORY": ""}, "meanElements": _MEAN,
        "spacecraftParameters": _SPACECRAFT, "tleParameters": _TLE, "covarianceMatrix": _COVARIANCE,
        "userDefinedParameters": {},
    },
}  # fmt: skip
"""kind -> section -> keyword -> unit, in the order of the standard."""


def section_of(kind: str, key: str) -> str:
    """The section a keyword of a KVN message stands in, empty if it belongs to none."""
    if key.startswith("USER_DEFINED_"):
        return "userDefinedParameters"
    return next((name for name, keys in KEYS[kind].items() if key in keys), "")
