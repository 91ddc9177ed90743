"""How does a visitor ask, and what is shown of an answer?"""
