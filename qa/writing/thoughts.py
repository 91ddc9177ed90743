"""What a model thinks aloud before it speaks is no part of what it says."""

_BEGINNINGS = ("<think>", "<thinking>", "<thought>", "<reasoning>")


class Thoughts:
    """Takes what a model says piece by piece, and leaves out the thoughts that it begins with.

    Later on such a mark is a word like others: texts are about models that think. At most a mark is held back.
    """

    def __init__(self) -> None:
        self._held = ""
        self._ending = ""  # what ends the thought that it is in
        self._speaks = False

    def said(self, piece: str) -> str:
        """What of ``piece``, and of what was held back before, is said."""
        if self._speaks:
            return piece
        self._held += piece
        while True:
            if self._ending:
                _, ended, rest = self._held.partition(self._ending)
                if not ended:
                    self._held = self._held[-len(self._ending) :]  # it may come in two pieces
                    return ""
                self._held, self._ending = rest, ""
            begun = self._held.lstrip()
            mark = next((each for each in _BEGINNINGS if begun.startswith(each)), "")
            if mark:
                self._held, self._ending = begun[len(mark) :], mark.replace("<", "</")
                continue
            if any(each.startswith(begun) for each in _BEGINNINGS):  # nothing yet, or the beginning of a mark
                self._held = begun
                return ""
            self._speaks = True
            return begun

    def rest(self) -> str:
        """What was held back and is said after all, now that nothing more comes."""
        return "" if self._speaks or self._ending else self._held
