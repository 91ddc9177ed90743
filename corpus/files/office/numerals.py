"""Numbers as lists write them: letters, Roman and Chinese numerals."""

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_DIGITS = "〇一二三四五六七八九"
_LEGAL = {"legal": ("零壹贰叁肆伍陆柒捌玖", "拾佰仟"), "legal_traditional": ("零壹貳參肆伍陸柒捌玖", "拾佰仟")}
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_LARGEST = 9_999


def chinese(number: int, digits: str = "零一二三四五六七八九", units: str = "十百千") -> str:
    """``number`` in Chinese numerals.

    >>> [chinese(number) for number in (3, 10, 12, 105, 2020)]
    ['三', '十', '十二', '一百零五', '二千零二十']
    """
    if not 0 < number <= _LARGEST:
        return str(number)
    found, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            found += (digits[0] if gap and found else "") + digits[digit] + (units[power - 1] if power else "")
        gap = not digit
    first = digits[1] + units[0]
    return found[1:] if found.startswith(first) and units[0] == "十" else found


def roman(number: int) -> str:
    """``number`` in small Roman numerals."""
    if not 0 < number <= _LARGEST:
        return str(number)
    found = ""
    for value, sign in _ROMAN:
        found += sign * (number // value)
        number %= value
    return found


def letters(number: int) -> str:
    """1 is "a", 27 is "aa", 28 is "bb", as word processors count."""
    return chr(96 + (number - 1) % 26 + 1) * min((number - 1) // 26 + 1, 9) if number > 0 else str(number)


def numeral(number: int, form: str) -> str:
    """``number`` in the ``form`` that WordprocessingML calls so; decimal where it is unknown; empty for none.

    >>> [numeral(4, form) for form in ("decimal", "upperRoman", "lowerLetter", "chineseCounting", "none")]
    ['4', 'IV', 'd', '四', '']
    """
    match form:
        case "none" | "bullet":
            return ""
        case "upperRoman" | "lowerRoman":
            return roman(number).upper() if form == "upperRoman" else roman(number)
        case "upperLetter" | "lowerLetter":
            return letters(number).upper() if form == "upperLetter" else letters(number)
        case "decimalZero":
            return f"{number:02d}"
        case "ordinal":
            last = 0 if number // 10 % 10 == 1 else number % 10
            return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }".replace(" ", "")
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(number).translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            return chr(0x245F + number) if 0 < number <= 20 else f"({number})"
        case "decimalEnclosedParen" | "decimalEnclosedFullstop":
            return f"({number})" if form == "decimalEnclosedParen" else f"{number}."
        case (
            "chineseCounting"
            | "chineseCountingThousand"
            | "taiwaneseCountingThousand"
            | "japaneseCounting"
            | ("taiwaneseCounting")
        ):
            return chinese(number)
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" | "koreanDigital2":
            return "".join(_DIGITS[int(digit)] for digit in str(max(number, 0)))
        case "chineseLegalSimplified":
            return chinese(number, *_LEGAL["legal"])
        case "ideographLegalTraditional":
            return chinese(number, *_LEGAL["legal_traditional"])
        case "ideographTraditional":
            return _STEMS[number - 1] if 0 < number <= len(_STEMS) else str(number)
        case "ideographZodiac":
            return _BRANCHES[number - 1] if 0 < number <= len(_BRANCHES) else str(number)
    return str(number)
