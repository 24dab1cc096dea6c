"""Whether a text is one SQL condition, so that it can stand after WHERE and nowhere else.

What a caller passes to ``scan`` becomes part of a statement. A text that ends the condition, adds a
clause or begins a comment is refused here. The server still decides what the names mean.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional

NESTING_MAX = 50

_TOKENS = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")+"|[A-Za-z_\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<sign><=|>=|<>|!=|==|\|\||::|!~\*|!~|~\*|[-+*/%=<>(),.\[\]~])""",
    re.VERBOSE,
)
# Words that are no names: a condition that meets one where a value belongs is none.
_RESERVED = frozenset(
    """all and any as asc between by case cast collate create cross delete desc distinct drop else
    end except exists from full group having ilike in inner insert intersect into is join left like
    limit natural not null offset on or order outer returning right select set similar table then
    union update using values when where window with""".split()
)
_LITERALS = ("null", "true", "false")
_COMPARISONS = ("=", "==", "<", ">", "<=", ">=", "<>", "!=", "~", "~*", "!~", "!~*")
_ARITHMETIC = ("+", "-", "*", "/", "%", "||")
_TYPED_LITERALS = ("date", "time", "timestamp", "timestamptz", "interval")
_TYPES_OF_TWO_WORDS = {"double": "precision"}


class _Token(NamedTuple):
    kind: str
    text: str

    def word(self) -> str:
        """The word in lower case; empty for what is quoted or no word."""
        return self.text.lower() if self.kind == "name" and self.text[0] != '"' else ""


class _Refused(Exception):
    pass


def _tokens(text: str) -> List[_Token]:
    found: List[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None or text.startswith(("--", "/*"), at):
            raise _Refused(f"unexpected {text[at : at + 10]!r}")
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match.group()))
        at = match.end()
    return found


class _Reader:
    """Recursive descent; each method reads one part and returns whether it is a condition."""

    def __init__(self, tokens: List[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> None:
        if not self._disjunction():
            raise _Refused("it is a value, not a condition")
        if self._at < len(self._tokens):
            raise _Refused(f"unexpected {self._tokens[self._at].text!r} after its end")

    def _peek(self, ahead: int = 0) -> Optional[_Token]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _word(self, ahead: int = 0) -> str:
        token = self._peek(ahead)
        return token.word() if token else ""

    def _sign(self, ahead: int = 0) -> str:
        token = self._peek(ahead)
        return token.text if token and token.kind == "sign" else ""

    def _skip(self, expected: str) -> None:
        token = self._peek()
        if token is None or expected not in (token.word(), self._sign()):
            raise _Refused(f"{expected!r} is missing")
        self._at += 1

    def _disjunction(self) -> bool:
        self._depth += 1
        if self._depth > NESTING_MAX:
            raise _Refused("it is nested too deeply")
        condition = self._conjunction()
        while self._word() == "or":
            self._at += 1
            condition = self._conjunction() and self._both(condition)
        self._depth -= 1
        return condition

    def _conjunction(self) -> bool:
        condition = self._negation()
        while self._word() == "and":
            self._at += 1
            condition = self._negation() and self._both(condition)
        return condition

    @staticmethod
    def _both(left: bool) -> bool:
        if not left:
            raise _Refused("and/or stands beside a value")
        return True

    def _negation(self) -> bool:
        negated = False
        while self._word() == "not":
            self._at += 1
            negated = True
        condition = self._comparison()
        if negated:
            self._both(condition)
        return condition

    def _comparison(self) -> bool:
        condition = self._sum()
        while True:
            if self._sign() in _COMPARISONS:
                self._at += 1
                self._sum()
            elif self._word() == "is":
                self._is()
            elif self._word() in ("not", "between", "in", "like", "ilike", "similar"):
                self._predicate()
            else:
                return condition
            condition = True

    def _is(self) -> None:
        self._at += 1
        if self._word() == "not":
            self._at += 1
        if self._word() == "distinct":
            self._at += 1
            self._skip("from")
            self._sum()
        elif self._word() in (*_LITERALS, "unknown"):
            self._at += 1
        else:
            raise _Refused("'is' is followed by neither null, true, false nor distinct from")

    def _predicate(self) -> None:
        if self._word() == "not":
            self._at += 1
        word = self._word()
        self._at += 1
        if word == "between":
            self._sum()
            self._skip("and")
            self._sum()
        elif word == "in":
            self._skip("(")
            self._values(")")
        elif word in ("like", "ilike", "similar"):
            if word == "similar":
                self._skip("to")
            self._sum()
            if self._word() == "escape":
                self._at += 1
                self._sum()
        else:
            raise _Refused("'not' is followed by no predicate")

    def _values(self, end: str) -> None:
        while True:
            self._disjunction()
            if self._sign() != ",":
                break
            self._at += 1
        self._skip(end)

    def _sum(self) -> bool:
        condition = self._factor()
        while self._sign() in _ARITHMETIC:
            self._at += 1
            self._factor()
            condition = False
        return condition

    def _factor(self) -> bool:
        while self._sign() in ("-", "+"):
            self._at += 1
        condition = self._operand()
        while True:
            if self._sign() == "::":
                self._at += 1
                self._type()
                condition = True
            elif self._sign() == "[":
                self._at += 1
                self._sum()
                self._skip("]")
                condition = True
            else:
                return condition

    def _operand(self) -> bool:
        token = self._peek()
        if token is None:
            raise _Refused("it ends where a value belongs")
        if token.kind in ("text", "number"):
            self._at += 1
            return False
        if self._sign() == "(":
            self._at += 1
            condition = self._disjunction()
            if self._sign() == ",":
                self._at += 1
                self._values(")")
                return False
            self._skip(")")
            return condition
        word = token.word()
        if word in _LITERALS:
            self._at += 1
            return True
        if word == "case":
            return self._case()
        if word == "cast":
            return self._cast()
        if token.kind != "name" or word in _RESERVED:
            raise _Refused(f"unexpected {token.text!r}")
        return self._name()

    def _name(self) -> bool:
        following = self._peek(1)
        if self._word() in _TYPED_LITERALS and following and following.kind == "text":
            self._at += 2
            if self._word() in ("year", "month", "day", "hour", "minute", "second"):
                self._at += 1
            return False
        self._at += 1
        while self._sign() == ".":
            self._at += 1
            part = self._peek()
            if part is None or part.kind != "name":
                raise _Refused("a name is missing after '.'")
            self._at += 1
        if self._sign() == "(":
            self._at += 1
            if self._word(-2) == "extract" and self._word(1) == "from":
                self._at += 2
            if self._sign() == ")":
                self._at += 1
            else:
                self._values(")")
        return True

    def _case(self) -> bool:
        self._at += 1
        if self._word() != "when":
            self._disjunction()
        if self._word() != "when":
            raise _Refused("'case' without 'when'")
        while self._word() == "when":
            self._at += 1
            self._disjunction()
            self._skip("then")
            self._disjunction()
        if self._word() == "else":
            self._at += 1
            self._disjunction()
        self._skip("end")
        return True

    def _cast(self) -> bool:
        self._at += 1
        self._skip("(")
        self._disjunction()
        self._skip("as")
        self._type()
        self._skip(")")
        return True

    def _type(self) -> None:
        token = self._peek()
        if token is None or token.kind != "name" or token.word() in _RESERVED:
            raise _Refused("a type is missing")
        self._at += 1
        if self._word() == _TYPES_OF_TWO_WORDS.get(token.word(), "-"):
            self._at += 1
        if self._sign() == "(":
            self._at += 1
            self._values(")")


def check_condition(text: str) -> str:
    """The text without surrounding space.

    Raises:
        ValueError: it is not one condition.
    """
    try:
        _Reader(_tokens(text)).whole()
    except _Refused as error:
        raise ValueError(f"filters {text!r} is no single condition: {error}") from None
    return text.strip()
