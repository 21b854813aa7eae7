"""What people type, read: text to commands, filters, schedules and times; and what was probably meant."""
