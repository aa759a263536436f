"""Words of the section for the program's values; each catalogue is complete by test."""
