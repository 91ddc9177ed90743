"""What is on disk, and what is a state of an index?"""
