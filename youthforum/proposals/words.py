"""Words as a search finds them: without their endings, in German, Russian and English. Pure.

Endings are cut by the Snowball stemmers (snowballstem.org). Nobody says in which language a word is, so its script
decides: a Cyrillic word is Russian, a Latin one may be German or English and is kept as both.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

LONGEST = 60
MOST_WORDS = 6_000
MOST_ASKED = 8
# From this length on, a word that is looked for may stand inside a longer one: “Austausch” in “Jugendaustausch”.
INSIDE_FROM = 5

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z\u00df-\u024f]")
_FLEETING = re.compile(r"(?<=[бвгджзйклмнпрстфхцчшщ])[ое]к$")

# Words that stand in every text. Those that mean something in another language of the same script stay out of the
# lists: German “war” and “man”, English “all”.
_GERMAN = """
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein deine
dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer
eines er es etwas euch euer eure für gegen habe haben hat hatte hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer
im in indem ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine keinen können könnt machen mehr mein meine
mich mir mit muss nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinen sich sie sind so soll sollen
sondern sonst um und uns unser unsere unter viel vom von vor wann warum was weil weiter wenn wer werden wie wieder wir
wird wo wollen wurde während würde zu zum zur zwar zwischen über
"""
_ENGLISH = """
about after again also an and any are as at be because been before being between both but by can could did do does
each every for from had has have having he her here him his how if in into is it its itself just me more most my no
nor not of off on once only or other our out over own same she should so some such than that the their them then there
these they this those through to too under until up very was we were what when where which while who whom why will
with would you your
"""
_RUSSIAN = """
без более больше будет будут бы был была были было быть вам вами вас весь во вот все всего всех всю вы где да даже для
до его ее если есть еще же за здесь из или им их каждая каждого каждое каждой каждые каждый как какая какие какой
когда кого которая которого которое которой которые который которых кто ли между меня мне мной может можно мой моя мы
на над надо нам нами нас наш наша наше наши не него нее нет ни них но ну об однако он она они оно от очень по под
после потом потому почти при про раз с сам свое своей свои своих свой свою себе себя со так также такие такой там тебя
тем теперь то тогда того тоже той только том тот ту тут ты уже хоть чего чем через что чтобы эта эти этих это этого
этой этом этот эту
"""


def words_of(text: str) -> set[str]:
    """Every word of a text without its ending, as `query_words` asks for it: lower case, each at most LONGEST
    characters, of at most the first MOST_WORDS different words."""
    return {stem for word in _words(text, MOST_WORDS) for stem in _stems(word)}


def query_words(query: str) -> list[set[str]]:
    """What somebody looks for: a set for each word, at most MOST_ASKED of them. A text is found when it has one of
    each set; a form of INSIDE_FROM letters or more may also be a piece of one of its words. Letters and digits
    alone, so that LIKE takes them as they are. Empty when only words were typed that stand in every text."""
    return [set(_stems(word)) for word in _words(query, MOST_ASKED)]


def _words(text: str, most: int) -> list[str]:
    """Different words in the order in which they come first, lower case, spelled one way."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    found: dict[str, None] = {}
    for match in _WORD.finditer(plain):
        word = match[0][:LONGEST]
        if word not in _IN_EVERY_TEXT and (len(word) > 1 or word.isdigit()):
            found[word] = None
            if len(found) == most:
                break
    return list(found)


@lru_cache(maxsize=20_000)
def _stems(word: str) -> frozenset[str]:
    """A word under all languages that it could be of; a number or another script as it stands."""
    if _CYRILLIC.search(word):
        return frozenset({_russian(word)})
    if _LATIN.search(word):
        # No English word has an umlaut, and the German stemmer takes them off: Städte → stadt.
        return frozenset(_stem(language, word) for language in ("german", "english")[: 2 if word.isascii() else 1])
    return frozenset({word})


def _russian(word: str) -> str:
    # The stemmer takes one ending off, and takes some stems for words with another one: обменов → обмен → обм.
    while (shorter := _stem("russian", word)) != word:
        word = shorter
    # A vowel that comes and goes: прогулка, прогулок.
    return _FLEETING.sub("к", word)


def _stem(language: str, word: str) -> str:
    # A stemmer of its own for each call: it keeps its place in the word, and threads must not share that.
    return str(snowballstemmer.stemmer(language).stemWord(word))


_IN_EVERY_TEXT = frozenset(" ".join((_GERMAN, _ENGLISH, _RUSSIAN)).casefold().split())
