"""How texts are written: the marks around their words, where sentences end, how wide they are, figures."""
