"""The languages of the texts, one record each, and which of them a text is in.

A further language is a record at the end of :data:`KNOWN`: its place there is how an index numbers it. Telling
languages apart, sentences, figures, bare headings, encodings of files and the glossary go by the records alone.

The program is bilingual all the same. It relies on there being two languages here:

- ``Document.twin``: a text has one translation, and its front matter names one file.
- ``corpus.editing.check``: a text is held against its one twin, and such pairs are counted.
- ``corpus.editing.new_pair`` (``foundation-qa corpus new``): an English title, which names both files, and a Chinese
  one.
- ``Snapshot.twins``: a passage has one twin, in the one other language.
- ``index.search.spelling``: slips of sound are mended in Chinese alone.
- ``qa``: small talk, kinds of question, follow-ups and the program's own phrases have their patterns and words in both
  languages, and the confidence was fitted with a feature that tells them apart.

What a third language would touch is listed in CONTRIBUTING.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# What is in no language, whatever letters it has: addresses, code, formulas, options, identifiers, figures with a unit.
_NO_WORDS = re.compile(
    r"(?:https?://|(?<![\w.-])[\w-]++(?:\.[\w-]++)++/)[\w./?=&%#~+-]*+"
    r"|`[^`\n]++`|\$\$[^$]++\$\$|\$(?=[^\s$])[^$\n]{1,400}+(?<=[^\s\\])\$(?!\d)|\\[A-Za-z]++"
    r"|&(?:#\w{1,8}|[A-Za-z]\w{1,31});|(?<![\w-])--?[A-Za-z][\w-]*+",
    re.ASCII,
)
_TOKEN = re.compile(r"[\w.:@-]++", re.ASCII)
_IDENTIFIER = re.compile(r"\w[._@]\w|\d", re.ASCII)
_ASIDE = re.compile(r"（[^（）]*+）|\([^()]*+\)")  # what a term is called in the other language, mostly
# English words that a name is worth, a term in no sentence, and a mark that only languages without spaces have.
_NAME, _TERM, _MARK = 0.3, 0.5, 0.3
_AMONG_SPACES = re.compile(rf"(?<![^\x00-\x7f])[{HAN}]{{1,4}}(?![^\x00-\x7f])")  # a name or term between other words
_HELD = 2  # function words of another language that make a sentence of what has none of its own
_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")  # "in-context" is one word, and no "in"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """What the corpus knows of a language."""

    code: str  # "zh": how front matters, glossaries, indexes and questions name it
    tag: str  # "zh-Hans": of the attribute lang
    name: str  # in the language itself
    spaced: bool  # white space parts its words
    characters: str = ""  # where it does not: those of its words, as in the brackets of a pattern
    encodings: tuple[str, ...]  # that its older files come in

    # Function words give a mixed sentence away: names and terms are borrowed, grammar is not.
    word: re.Pattern[str]  # one of its words; one of its characters where no space parts the words
    words_worth: float  # how many of those carry as much as one English word
    grammar: frozenset[str] | re.Pattern[str]  # the function words; a pattern of them where no space parts the words

    sentence_marks: str  # they end a sentence: before white space alone where that parts its words
    clause_marks: str
    abbreviations: frozenset[str] = frozenset()  # without the full stop, which ends no sentence behind them
    abbreviations_or_ends: frozenset[str] = frozenset()  # which end a sentence just as often: the next word tells
    abbreviations_of_numbers: frozenset[str] = frozenset()  # words of their own, short for something before a number
    sentence_openers: tuple[str, ...] = ()  # rather begin a sentence than go on with a name

    units: Mapping[str, int]  # words behind a figure and what they multiply it by; none before one it begins with
    months: tuple[str, ...] = ()  # where they have names
    between_figures: tuple[str, ...]  # "to": between two figures that share a unit
    figure_forms: tuple[tuple[re.Pattern[str], str], ...] = ()  # a way to write figures, and the common one

    numbered_heading: str = ""  # pattern of a line that is a heading by its number alone; empty: there are none
    navigation: str  # pattern of what a web page leaves at the top of a copied text

    # Patterns of what a line without punctuation at its end may be.
    asking: str  # a question
    stating: str  # a sentence: it has a verb, or what stands for one
    announcing: str  # of a sentence: what stands below it belongs to it, though it ends like others
    binding: str  # of a sentence that announces a list: an item of it says nothing without the others
    unfinished: str  # at the end of a line: the sentence goes on below

    def weight(self, text: str) -> float:
        """How much of ``text`` is in this language, in English words; what holds sentences together counts more.

        Names count less, and so do terms where nothing holds them together: both are borrowed everywhere.
        """
        words = self.word.findall(text)
        if isinstance(self.grammar, re.Pattern):
            marks = sum(map(text.count, self.sentence_marks + self.clause_marks + "（）"))
            aside = [each for each in _AMONG_SPACES.findall(text) if not self.grammar.search(each)]
            running = (len(words) - sum(map(len, aside))) / self.words_worth
            return 2 * len(self.grammar.findall(text)) + running + _TERM * len(aside) + _MARK * marks
        held = [word.lower().replace("’", "'") in self.grammar for word in words]
        names = sum(not known and any(map(str.isupper, word)) for word, known in zip(words, held, strict=True))
        terms = len(words) - names - sum(held)
        return (3 * sum(held) + (1 if any(held) else _TERM) * terms + _NAME * names) / self.words_worth

    def function_words(self, text: str) -> int:
        """How many words of ``text`` hold sentences of this language together."""
        if isinstance(self.grammar, re.Pattern):
            return len(self.grammar.findall(text))
        return sum(word.lower().replace("’", "'") in self.grammar for word in self.word.findall(text))


ENGLISH = Language(
    code="en",
    tag="en",
    name="English",
    spaced=True,
    encodings=("cp1252",),
    word=re.compile(r"[A-Za-z][A-Za-z'’]*"),
    words_worth=1,
    grammar=frozenset(
        "a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its "
        "many me much my no not of on or our she should so than that the their them there these they this those to "
        "under us was we were what what's when where which who whom whose why will with would you your".split()
    ),
    sentence_marks=".!?",
    clause_marks=",;:",
    abbreviations=frozenset(
        "al approx cf ch co corp dept dr ed eds e.g eq eqs esp est etc fig figs i.e inc jr ltd mr mrs ms "
        "nos p pp prof refs resp sr st u.s u.k univ v viz vol vols vs ph.d a.m p.m".split()
    ),
    abbreviations_or_ends=frozenset({"etc", "inc", "ltd", "co", "corp", "u.s", "u.k", "ph.d", "al", "a.m", "p.m"}),
    abbreviations_of_numbers=frozenset(  # "No. 5", "Aug. 2021"
        "no art sec tab ref jan feb mar apr jun jul aug sep sept oct nov dec".split()
    ),
    sentence_openers=tuple(
        "The This These That Those It In We They There When While If For By As With At On Our Its However But "
        "And".split()
    ),
    units={"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    months=tuple("January February March April May June July August September October November December".split()),
    between_figures=("and", "to", "or"),
    navigation=r"(?:skip|jump) to (?:main )?content|(?:table of )?contents|toc\b|on this page|in this article",
    asking=r"^(?:who|whom|whose|what|when|where|why|how|which)\b|^(?:is|are|was|were|do|does|did|can|could|should|would|"
    r"will|may|has|have) (?:i|we|you|he|she|it|they|there|the|an?|my|our|your|this|that|these|those|any\w*)\b",
    stating=r"\b(?:is|are|was|were|has|have|had|must|may|can|cannot|will|should|does|did|keeps|lives|belongs|begins)\b",
    announcing=r"\b(?:follows|following|below)\b",
    binding=r"\b(?:only|all|both|must|unless|provided|if)\b",
    unfinished=r"\b(?:a|an|and|are|as|at|be|been|but|by|for|from|had|has|have|in|into|is|its?|my|not|of|on|or|our|than|"
    r"that|the|their|these|this|those|to|was|were|which|who|whose|will|with|your)$",
)
CHINESE = Language(
    code="zh",
    tag="zh-Hans",
    name="中文",
    spaced=False,
    characters=HAN,
    encodings=("gb18030", "cp950", "big5hkscs"),
    word=re.compile(f"[{HAN}]"),
    words_worth=1.5,
    grammar=re.compile("[的了吗呢么吧是在和与有哪谁怎何为被把从对也都还就]|多少|几|什|多[大高久长]"),
    sentence_marks="。！？；…．｡﹒﹔﹖﹗︒︔︕︖︙",
    clause_marks="，、；：､﹐﹑﹕︐︑︓",
    units={
        "万亿": 10**12,
        "千亿": 10**11,
        "百亿": 10**10,
        "十亿": 10**9,
        "亿": 10**8,
        "千万": 10**7,
        "百万": 10**6,
        "十万": 10**5,
        "万": 10**4,
    },
    between_figures=("到", "至", "或"),
    figure_forms=((re.compile(r"20 ?世纪 ?(\d0) ?年代"), r"19\1"),),
    numbered_heading=r"[第]?[一二三四五六七八九十]{1,3}[、章节部]\s*\S",
    navigation="跳[转到至]+(?:主要)?内容|(?:文章|本页|内容|本文)?目[录錄次]|本[页頁]内容|导航",
    asking="谁|哪|什么|啥|多少|怎么|怎样|如何|为何|几[点个次人年月天号岁时]|多[久大长高远]|是否|有没有|[要能可会]不[要能可会]|[吗呢么]$",
    stating="是|由(?![来此])|应当?(?!用)|必须|须|不得|不[可能要会]|可以|禁止|位于|属于|归|已|了(?!解)|在(?!线)|为(?![什何])|负责|需",
    announcing="如下|下面|下列|以下(?!载)|下[图式表]",
    binding="[必务]?须(?!知)|必要|只有|只[能可]|同时|全部|均|都[要应需得]|方可|才[可能]|条件",
    unfinished="[的和与及或是在于为把被从对到由将使让给向以而但因若]$",
)
KNOWN = (ENGLISH, CHINESE)
"""The first one is that of texts with no words of any."""

LANGUAGES = tuple(each.code for each in KNOWN)
UNSPACED = "".join(each.characters for each in KNOWN)
"""What stands beside such a character needs no space before it; for the brackets of a pattern."""


def language_of(text: str) -> str:
    """The code of the language whose grammar holds ``text`` together; the first known one where there are no words.

    A Chinese sentence may be full of English names and an English one may quote a Chinese term, so function
    words decide first, and the amount of each script where they do not.

    >>> language_of("用 ICL 的时候需要 update 模型参数吗？"), language_of("What is 隐式知识库?")
    ('zh', 'en')
    """
    there = [each for each in KNOWN if each.word.search(text)]
    if len(there) < 2:
        return there[0].code if there else KNOWN[0].code
    bare = _TOKEN.sub(_word_of, _NO_WORDS.sub(" ", text))
    for less in (_ASIDE.sub(" ", bare), bare):
        if any(each.word.search(less) for each in there):
            text = less
            break
    # Latin words are borrowed everywhere: of two that weigh the same rather the one that spaces do not part.
    return max(there, key=lambda each: (_weight_in(each, text), not each.spaced)).code


def _weight_in(language: Language, text: str) -> float:
    """The weight of ``language``; half of it where another one holds the sentence, and this has only names in it."""
    others = max(each.function_words(text) for each in KNOWN if each is not language)
    ended = any(map(text.count, language.sentence_marks))
    borrowed = not language.spaced and others >= _HELD and not ended and not language.function_words(text)
    return language.weight(text) / 2 if borrowed else language.weight(text)


def _word_of(token: re.Match[str]) -> str:
    """A token as the words of a language; a blank where it is the name of something in a program, or a figure."""
    return " " if _IDENTIFIER.search(token.group()) else _HYPHEN.sub("", token.group())
