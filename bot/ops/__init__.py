"""What an operator's commands do to what is stored, and say of it, while the bot runs or not."""
