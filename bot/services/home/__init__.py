"""The app's Home tab: what it shows, and when it is shown anew."""
