-- How long the key of a window is to be held, so that a job that is run again takes it again.
ALTER TABLE job ADD COLUMN unique_window bigint;
