"""Files that others read and write: CCSDS OPM, OEM and OMM, element sets, CZML, CSV and Parquet.

Read in this order: `records` (what a file says, in SI), `naming` (frames and time systems), `document` (a message as
sections of keywords), `kvn` and `ndm_xml` (text to document and back), `opm`, `oem`, `omm` (document to record and
back), `czml`, `tabular`, `element_files`, and last `convert` and `initial_state`, which choose among them.
"""
