"""Which passages fit a question?"""
