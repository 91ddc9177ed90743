"""How is the page served, to whom, and with how much?"""
