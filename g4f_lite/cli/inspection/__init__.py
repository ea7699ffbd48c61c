"""Inspection of this installation: the reports that the listing commands and `doctor` show."""
