"""The programs under measurement: each role of each case is a fresh process that runs one."""
