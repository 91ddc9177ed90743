"""What does an edit cost? The index follows its texts."""
