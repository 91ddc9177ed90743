"""Which texts, which index, which settings does a command work with?"""
