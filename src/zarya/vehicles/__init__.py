"""What flies, as data: launcher, ship, station, site; `catalog/*.toml` holds every number with its source."""
