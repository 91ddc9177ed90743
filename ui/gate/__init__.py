"""What stands between the network and the page: who comes in, from where, and with how much?"""
