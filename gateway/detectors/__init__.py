"""What a detector needs of the world: its process, its deadline, its memory."""
