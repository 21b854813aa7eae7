"""Channels' digests: who may set them up, what is announced, and who shares what."""
