// The engine: every thread, every file, every clock.
