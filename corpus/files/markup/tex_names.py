"""The commands and environments of LaTeX by their names: what they take, and what is shown of that."""

from collections.abc import Sequence

from pylatexenc.latexwalker import get_default_latex_context_db
from pylatexenc.macrospec import EnvironmentSpec, LatexContextDb, MacroSpec

from corpus.files.markup.tex_source import Source

LEVELS = {"part": 0, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4}
RUN_IN = ("paragraph", "subparagraph")
_CITATIONS = (
    "cite citep citet citealp citealt citeauthor citeyear citeyearpar parencite textcite footcite autocite "
    "nocite Citet Citep supercite citen onlinecite fullcite smartcite footfullcite upcite"
)
# What each takes: "*" a star, "[" something optional, "{" something else. Of most the last is shown.
_TAKES: dict[str, str | Sequence[str]] = {
    "*[{": (*LEVELS, *RUN_IN, "caption", "addchap", "addsec", "addpart", "includegraphics"),
    "*{[{": ("captionof",),
    "[{": "bibitem setbeamertemplate frametitle framesubtitle footnote footnotetext marginpar title author date "
    "institute subtitle sidenote "
    "lstinputlisting hyperref color pagecolor rowcolor cellcolor columncolor todo num si unit captionsetup "
    "usetheme usepackage makecell thead shortstack frac tabincell subcaption marginnote notag adjincludegraphics",
    "[": "footnotemark item addlinespace pagebreak nopagebreak linebreak nolinebreak tableofcontents pause onslide "
    "midrule toprule bottomrule printbibliography hdashline",
    "[[{": "subfloat subfigure makebox framebox",
    "[{{": "textcolor colorbox rotatebox rule SI qty inputminted",
    "{{": "href hypertarget hyperlink foreignlanguage setlength addtolength setcounter addtocounter setbeamercolor "
    "setbeamerfont fontsize import subimport ruby xpinyin",
    "{{{": "multicolumn specialrule addcontentsline definecolor",
    "[{[{[{": ("multirow",),
    "{[[{": ("raisebox",),
    "[[[{{": ("parbox",),
    "{[{": ("scalebox",),
    "*{{{": ("resizebox",),
    "{": "input include subfile label thanks fbox mbox cline hhline bibliography bibliographystyle pagestyle "
    "thispagestyle pagenumbering hypersetup graphicspath markright textsuperscript textsubscript ensuremath "
    "fqacode index glossary inst email affil affiliation keywords IEEEauthorblockA IEEEauthorblockN "
    "lstset geometry theoremstyle includeonly bibdata setmainfont setCJKmainfont hyphenation pageref nameref gls "
    "acrshort "
    "acrlong enquote textquote uline sout st hl ul xout phantom hphantom vphantom textup texttt textnormal "
    "operatorname "
    "column frame note selectlanguage zihao ctexset institution city country linespread stretch".split(),
    "*{": "vspace hspace ref eqref autoref cref Cref vref labelcref",
    "*[[{": _CITATIONS,
}
_ENVIRONMENTS = {
    "[": "figure figure* table table* itemize enumerate description threeparttable tablenotes columns subtable* "
    "algorithm "
    "algorithm* algorithmic wrapalgorithm verse quote quotation sidewaystable sidewaysfigure tcolorbox mdframed framed "
    "landscape compactitem compactenum compactdesc inparaenum tikzpicture pgfpicture scope axis",
    "[{": "tabular longtable array supertabular xtabular tblr longtblr subfigure subtable subfigure* SubFloat",
    "{[{": "tabular* tabularx tabulary xltabular tabu",
    "{": "multicols multicols* thebibliography adjustbox column block alertblock exampleblock spacing "
    "otherlanguage otherlanguage* list",
    "[[[{": "minipage",
    "{{": ("CJK",),
    "[{[{": "wrapfigure wraptable",
}
DROPPED = frozenset(
    "maketitle tableofcontents listoffigures listoftables centering raggedright raggedleft noindent indent clearpage "
    "newpage pagebreak nopagebreak cleardoublepage bigskip medskip smallskip vfill hfill vspace hspace "
    "label index glossary nocite bibliographystyle pagestyle thispagestyle pagenumbering hypersetup graphicspath "
    "setlength addtolength setcounter addtocounter title author date institute subtitle thanks inst email affil "
    "affiliation "
    "color pagecolor rowcolor cellcolor columncolor linebreak nolinebreak hyphenation markright includegraphics "
    "toprule midrule bottomrule hline cline hhline addlinespace specialrule hdashline appendix frontmatter mainmatter "
    "backmatter titlepage todo usetheme usepackage captionsetup definecolor rule phantom hphantom vphantom "
    "footnotesize "
    "documentclass printbibliography bibliography setbeamertemplate setbeamercolor setbeamerfont fontsize lstset "
    "geometry "
    "theoremstyle includeonly addcontentsline protect makeatletter makeatother setmainfont setCJKmainfont tiny "
    "small normalsize large Large LARGE huge Huge bf it em rm sf tt sc sl bfseries itshape rmfamily sffamily ttfamily "
    "scshape slshape upshape mdseries selectfont scriptsize qedhere qed selectlanguage zihao ctexset linespread "
    "stretch pause onslide notag nonumber xspace relax begingroup endgroup leavevmode sloppy fussy null par "
    "marginpar marginnote allowbreak endinput makeindex printindex songti heiti kaishu fangsong bibdata pgfplotsset "
    "centerline nopagebreak flushbottom raggedbottom balance IEEEpeerreviewmaketitle note sectionmark "
    "insertframenumber".split()
) - {"par", "centerline"}
NEVER_SHOWN = frozenset(  # environments
    "tikzpicture pgfpicture picture axis scope pspicture comment filecontents textblock asy luacode CCSXML lrbox "
    "tikzcd forest circuitikz".split()
)
FORMULAS = frozenset(
    "equation equation* align align* gather gather* multline multline* eqnarray eqnarray* displaymath math "
    "flalign flalign* "
    "alignat alignat* dmath dmath* IEEEeqnarray IEEEeqnarray*".split()
)
TABLES = frozenset(
    "tabular tabular* tabularx tabulary longtable supertabular xtabular xltabular tabu tblr longtblr".split()
)
PLACED = {"figure": "figure", "table": "table", "wrapfigure": "figure", "wraptable": "table", "longtable": "table"}
PLACED |= {"sidewaysfigure": "figure", "sidewaystable": "table", "algorithm": "algorithm"}
CITATIONS = frozenset(_CITATIONS.split())
REFERENCES = frozenset("ref eqref autoref cref Cref vref labelcref pageref nameref".split())
OTHER_FILES = frozenset("input include subfile import subimport lstinputlisting inputminted".split())
WORDS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "XeTeX": "XeTeX", "XeLaTeX": "XeLaTeX",
    "S": "§", "P": "¶", "copyright": "©", "euro": "€", "pounds": "£", "texteuro": "€", "today": "", "and": ", ",
    " ": " ",
    "newline": "\n", "textbackslash": "\\", "slash": "/", "quad": " ", "qquad": " ", ",": " ", ";": " ", ":": " ",
    "!": "", "/": "", "-": "", "@": "", "enspace": " ", "thinspace": " ", "degree": "°", "celsius": "°C",
    "textasciicircum": "^", "checkmark": "✓", "dots": "…", "ldots": "…", "textellipsis": "…", "percent": "%",
    "lq": "‘", "rq": "’", "textbar": "|", "textless": "<", "textgreater": ">", "ie": "i.e.", "eg": "e.g.",
    "etc": "etc.",
}  # fmt: skip
UNITS = {
    "metre": "m", "meter": "m", "gram": "g", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol",
    "celsius": "°C",
    "degreeCelsius": "°C", "percent": "%", "hour": "h", "minute": "min", "day": "d", "litre": "L", "liter": "L",
    "watt": "W", "volt": "V", "joule": "J", "newton": "N", "pascal": "Pa", "hertz": "Hz", "bar": "bar", "tonne": "t",
    "byte": "B", "bit": "bit", "ohm": "Ω", "degree": "°", "kilo": "k", "mega": "M", "giga": "G", "milli": "m",
    "micro": "µ", "nano": "n", "centi": "c", "tera": "T", "per": "/", "squared": "²", "cubed": "³", "square": "",
    "cubic": "", "kg": "kg", "km": "km", "cm": "cm", "mm": "mm", "ms": "ms",
}  # fmt: skip
NAMES = {  # of what is numbered, in English and in Chinese
    "figure": ("Figure", "图"), "table": ("Table", "表"), "algorithm": ("Algorithm", "算法"),
    "abstract": ("Abstract", "摘要"),
    "references": ("References", "参考文献"), "equation": ("Equation", "式"), "section": ("Section", "节"),
    "chapter": ("Chapter", "章"), "theorem": ("Theorem", "定理"), "lemma": ("Lemma", "引理"),
    "proof": ("Proof", "证明"),
    "proposition": ("Proposition", "命题"), "corollary": ("Corollary", "推论"), "definition": ("Definition", "定义"),
    "remark": ("Remark", "注"), "example": ("Example", "例"), "conjecture": ("Conjecture", "猜想"),
}  # fmt: skip
THEOREMS = tuple("theorem lemma proposition corollary definition remark example conjecture proof".split())


def names_known(source: Source) -> LatexContextDb:
    """What the library has to know to find the arguments of every command of ``source``."""
    macros = [MacroSpec(name, takes) for takes, names in _TAKES.items() for name in _listed(names)]
    macros += [
        MacroSpec(name, "{" * each.arguments if each.default is None else "[" + "{" * (each.arguments - 1))
        for name, each in source.definitions.items()
    ]
    environments = [EnvironmentSpec(name, takes) for takes, names in _ENVIRONMENTS.items() for name in _listed(names)]
    environments += [EnvironmentSpec(name, "[") for name in {*source.theorems, *THEOREMS}]
    environments += [EnvironmentSpec(name, is_math_mode=True) for name in sorted(FORMULAS)]
    known = get_default_latex_context_db()
    known.add_context_category("ours", macros=macros, environments=environments, prepend=True)
    return known


def _listed(names: str | Sequence[str]) -> list[str]:
    return names.split() if isinstance(names, str) else [*names]
