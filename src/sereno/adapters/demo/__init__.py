"""The demo estate: departmental databases with invented records, anchored on today."""
