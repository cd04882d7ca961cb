"""Make a derivative, or find it made: in memory, then on disk, then by the pipeline.

In memory one is found by the code and the globals of the function (equal code stands in two modules), the kinds of the
arguments, and guards that still hold; another closure of the same code finds it too. On disk it is found by a digest of
everything that shaped its text.
"""

from __future__ import annotations

import contextlib
import gc
import linecache
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from wengert.analysis.environment import Guard
from wengert.backend.cache import Entry, digest_of, digest_of_code, digest_of_library, path_of, resolve, shelf, stamp
from wengert.backend.compile import Compiled, compile_text
from wengert.backend.spans import Span
from wengert.dispatch import Recent, Same
from wengert.ir.core import Place
from wengert.ir.kinds import Dict, Kind, Known, List, Record, Tuple
from wengert.surroundings import Surroundings, hold, read_guards, rebind, write_guards

MOST_GUARDS = 8  # derivatives kept for one key, one for each state of what their guards look at

_making = threading.RLock()  # one maker at a time: making is rare, and a derivative may make another


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, down to the function with a text: `levels` are the derivatives taken of it, innermost first."""

    root: FunctionType
    levels: tuple[tuple[str, tuple[int, ...]], ...]
    kinds: tuple[Kind, ...]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A derivative that is made: a text, compiled, and what it was made with."""

    compiled: Compiled
    library: Mapping[str, Any]
    guards: tuple[Guard, ...]
    places: Mapping[int, Place]
    spans: Sequence[tuple[Span, Place]] = ()

    def bind(self, surroundings: Surroundings) -> Callable[..., Any]:
        """The derivative of this very function: with its globals and its captured variables."""
        return self.compiled.bind(surroundings.function.__globals__, self.library, surroundings.cells)


def make(wanted: Wanted, surroundings: Surroundings, derive: Callable[[], Any]) -> Made:
    """Find or make it; `derive` runs the pipeline and returns its `Stages`."""
    root = wanted.root
    key = (root.__code__, root.__code__.co_filename, Same(root.__globals__), wanted.levels, wanted.kinds, wanted.source)
    with _making:
        for known in _made.get(key) or ():
            if hold(rebind(known.guards, surroundings)):
                return known
        made = _from_disk(wanted, surroundings) or _from_pipeline(wanted, surroundings, derive)
        _made.put(key, [made, *(_made.get(key) or ())][:MOST_GUARDS])
        return made


def _from_pipeline(wanted: Wanted, surroundings: Surroundings, derive: Callable[[], Any]) -> Made:
    with _uncollected():
        stages = derive()
        printed = stages.printed()
    made = _compiled(printed.text, stages.derivative.name, printed.names, stages.guards, printed.places, surroundings, printed.spans)
    _to_disk(wanted, surroundings, made)
    return made


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Thousands of small frozen objects, none of them garbage: without this the collector walks all of NumPy again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _compiled(text: str, name: str, library: Mapping[str, Any], guards: Iterable[Guard], places: Mapping[int, Place],
              surroundings: Surroundings, spans: Sequence[tuple[Span, Place]] = ()) -> Made:  # fmt: skip
    compiled = compile_text(text, name, tuple(library), tuple(surroundings.cells))
    return Made(compiled, dict(library), tuple(guards), dict(places), tuple(spans))


# on disk


def _from_disk(wanted: Wanted, surroundings: Surroundings) -> Made | None:
    folder, digest = shelf(), _digest(wanted)
    entry = folder.load(digest) if folder and digest else None
    guards = read_guards(entry.guards, surroundings) if entry else None
    if entry is None or guards is None:
        return None
    try:
        library = {name: resolve(path) for name, path in entry.library.items()}
        places = {int(key): _place(*words) for key, words in entry.places.items()}
        origins = [_place(*words) for words in entry.origins]
        spans = [((a, b, c, d), origins[origin]) for a, b, c, d, origin in entry.spans]
        return _compiled(entry.text, entry.name, library, guards, places, surroundings, spans)
    except (ImportError, AttributeError, SyntaxError, ValueError, TypeError, IndexError):
        return None


def _to_disk(wanted: Wanted, surroundings: Surroundings, made: Made) -> None:
    folder, digest = shelf(), _digest(wanted)
    guards = write_guards(made.guards, surroundings)
    paths = {name: path_of(value) for name, value in made.library.items()}
    if folder is None or digest is None or guards is None or None in paths.values():
        return
    library = {name: path for name, path in paths.items() if path is not None}
    places = {str(line): _words(place) for line, place in made.places.items()}
    origins: dict[tuple[str, int, str, str], int] = {}
    spans = tuple((*span, origins.setdefault(_words(place), len(origins))) for span, place in made.spans)
    folder.save(digest, Entry(made.compiled.text, made.compiled.name, library, guards, places, spans, tuple(origins)))


def _words(place: Place) -> tuple[str, int, str, str]:
    return place.file, place.line, place.function, place.source


def _place(file: str, line: int, function: str, source: str) -> Place:
    return Place(line, file=file, function=function, source=source)


def _digest(wanted: Wanted) -> str | None:
    """A name for everything that shapes the text, but for what its guards say; None if it cannot be said in words."""
    words = [_kind_in_words(kind) for kind in wanted.kinds]
    text = wanted.source if wanted.source is not None else _file_text(wanted.root)
    if text is None or None in words:
        return None
    root = wanted.root
    names = [root.__module__ or "", root.__qualname__, digest_of_code(root.__code__), text]
    return digest_of([digest_of_library(), *names, repr(wanted.levels), *(word or "" for word in words)])


def _file_text(function: FunctionType) -> str | None:
    """The text of its file as it is now; an entry was made when this very text was that of this very code."""
    file = function.__code__.co_filename
    linecache.checkcache(file)
    return "".join(linecache.getlines(file, function.__globals__)) or None


def _kind_in_words(kind: Kind) -> str | None:
    """The kind in words that are the same in every process.

    >>> from wengert.ir.kinds import FLOAT
    >>> _kind_in_words(Tuple((FLOAT, Known(None)))), _kind_in_words(Known(object()))
    ("Tuple(Scalar(type='float'), None)", None)
    """
    parts: list[str | None]
    match kind:
        case Known():
            return stamp(kind.value)
        case Tuple():
            parts = [_kind_in_words(item) for item in kind.items]
        case List():
            parts = [_kind_in_words(item) for item in (kind.element, *(kind.items or ()))]
            parts.append(str(kind.items is None))
        case Dict():
            parts = [word for key, item in kind.items for word in (stamp(key), _kind_in_words(item))]
        case Record():
            parts = [stamp(kind.cls), *(word for key, item in kind.items for word in (key, _kind_in_words(item)))]
        case _:
            return repr(kind)
    return None if None in parts else f"{type(kind).__name__}({', '.join(part or '' for part in parts)})"


_made: Recent[list[Made]] = Recent(512)


def forget() -> None:
    """Forget everything made so far in this process (for tests)."""
    _made.clear()
