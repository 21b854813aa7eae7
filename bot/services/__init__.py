"""The use cases, and the ports that they reach the world through."""
