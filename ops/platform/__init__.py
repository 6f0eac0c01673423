"""What every part stands on: settings, database, keys, clock, fetching, jobs, audit log, logs and metrics."""
