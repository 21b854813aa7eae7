"""Digests: what is due, what it tells, how it is delivered, and how people set it."""
