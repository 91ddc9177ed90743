"""How is the page served, and how much is kept of its visitors?"""
