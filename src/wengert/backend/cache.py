"""Keep emitted texts on disk, so that a program that starts again does not make its derivatives again.

An entry is a readable Python file: the text, and below it one comment that says what the text needs and what it was
made for. It is found by a digest of everything that shaped it. The folder is private to the user, and nothing that
others could have written is ever run; what is unreadable, cut off or stale counts as not there.

>>> import tempfile
>>> shelf = Shelf(os.path.join(tempfile.mkdtemp(), "cache"))
>>> shelf.save("abc", Entry("def grad_f(x):\\n    return 1.0\\n", "grad_f"))
>>> shelf.load("abc").name
'grad_f'
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from wengert.entries import rule_of

MARK = "# wengert: "
LIMIT = 1000  # entries kept; the oldest go


@dataclass(frozen=True, slots=True)
class Entry:
    """A text as it stands on disk; everything in it is text or numbers."""

    text: str
    name: str
    library: Mapping[str, str] = field(default_factory=dict)  # name in the text -> path of the object
    guards: tuple[tuple[str, str, str], ...] = ()  # where a name is looked up, the name, the stamp of its value
    places: Mapping[str, tuple[str, int, str, str]] = field(default_factory=dict)  # emitted line -> file, line, function, source
    spans: tuple[tuple[int, int, int, int, int], ...] = ()  # of expressions: from line, column to line, column, and which of the `origins`
    origins: tuple[tuple[str, int, str, str], ...] = ()  # file, line, function, source


class Shelf:
    """A folder of entries."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def load(self, digest: str) -> Entry | None:
        """The entry of this digest, if it is there, whole, and nobody else can have written it."""
        path = self.folder / f"{digest}.py"
        try:
            if not (_is_private(self.folder) and _is_private(path)):
                return None
            text, mark, footer = path.read_text("utf-8").rpartition(MARK)
            data = json.loads(footer)
            if not mark or data.pop("digest") != digest_of([text, json.dumps(data)]):
                return None
            guards = tuple((place, name, stamp) for place, name, stamp in data["guards"])
            return Entry(text, data["name"], data["library"], guards, data["places"], tuple(data["spans"]), tuple(data["origins"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def save(self, digest: str, entry: Entry) -> None:
        """Write the entry in one step, so that no reader sees half of it; a full or read-only disk is no error."""
        data = {key: value for key, value in asdict(entry).items() if key != "text"}
        data = json.loads(json.dumps(data))
        footer = json.dumps(data | {"digest": digest_of([entry.text, json.dumps(data)])})
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_private(self.folder):
                return
            handle, temporary = tempfile.mkstemp(".tmp", dir=self.folder)  # made with mode 0600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(f"{entry.text}{MARK}{footer}\n")
                os.replace(temporary, self.folder / f"{digest}.py")
            except BaseException:
                os.unlink(temporary)
                raise
            self._forget_oldest()
        except OSError:
            return

    def _forget_oldest(self) -> None:
        entries = [entry for entry in os.scandir(self.folder) if entry.name.endswith(".py")]
        if len(entries) > LIMIT:
            entries.sort(key=lambda entry: entry.stat().st_mtime_ns)
            for entry in entries[: len(entries) - LIMIT // 2]:
                os.unlink(entry.path)


def _is_private(path: Path) -> bool:
    """Does the file or folder belong to this user, and can nobody else write it?"""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return False
    if not hasattr(os, "getuid"):  # Windows: the user's profile is private
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def shelf() -> Shelf | None:
    """The user's folder; `WENGERT_CACHE_DIR` names another, and turns the cache off where it is empty."""
    folder = os.environ.get("WENGERT_CACHE_DIR")
    if folder is None:
        folder = _default_folder()
    return Shelf(folder) if folder else None


def _default_folder() -> str:
    home = os.path.expanduser("~")
    if home == "~":
        return ""
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or home, "wengert", "cache")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", "wengert")
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "wengert")


def digest_of(parts: Iterable[str]) -> str:
    """A short name for a sequence of texts; other texts have other names."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]


@functools.cache
def digest_of_library() -> str:
    """What changes when wengert itself or NumPy does."""
    package = Path(__file__).parent.parent
    files = sorted(package.rglob("*.py"))
    states = [(str(path.relative_to(package)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return digest_of([np.__version__, repr(states)])


def digest_of_code(code: CodeType) -> str:
    """What changes when the code of a function, or of one inside it, or its position in the file does."""
    parts = [code.co_filename, code.co_qualname, str(code.co_firstlineno), code.co_code.hex(), code.co_linetable.hex()]
    parts += [repr(code.co_names), repr(code.co_varnames), repr(code.co_freevars), repr(code.co_cellvars)]
    parts.append(repr((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)))
    return digest_of(parts + [_constant(const) for const in code.co_consts])


def _constant(value: Any) -> str:
    if isinstance(value, CodeType):
        return digest_of_code(value)
    if isinstance(value, frozenset):  # in an order of its own in every process
        return f"frozenset {sorted(map(_constant, value))}"
    if isinstance(value, tuple):
        return f"tuple {list(map(_constant, value))}"
    return f"{type(value).__name__} {value!r}"


def path_of(value: Any) -> str | None:
    """Where another process finds the same module, function or class: `numpy`, `wengert.runtime:unbroadcast`.

    >>> path_of(np), path_of(np.sin), path_of(digest_of), path_of(lambda: 0)
    ('numpy', 'numpy:sin', 'wengert.backend.cache:digest_of', None)
    """
    if isinstance(value, ModuleType):
        name = value.__name__
        return name if sys.modules.get(name) is value else None
    if isinstance(value, np.ufunc):
        name = str(getattr(value, "__name__", ""))
        return f"numpy:{name}" if getattr(np, name, None) is value else None
    module: object = getattr(value, "__module__", None)
    qualname: object = getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(qualname, str) or not qualname.replace(".", "").isidentifier():
        return None
    path = f"{module}:{qualname}"
    try:
        return path if resolve(path) is value else None
    except (ImportError, AttributeError):
        return None


def resolve(path: str) -> Any:
    """The object at a path."""
    module, _, name = path.partition(":")
    value: Any = importlib.import_module(module)
    for part in filter(None, name.split(".")):
        value = getattr(value, part)
    return value


def stamp(value: Any) -> str | None:
    """What a text may depend on in a module, function or class, in words that are the same in every process, if there are any.

    >>> stamp(np.sin), stamp(None), stamp(1.5)
    ('numpy:sin', 'None', None)
    """
    if value is None or isinstance(value, (bool, int, str)) and type(value) in (bool, int, str):
        return repr(value)
    rule = rule_of(value) if callable(value) else None
    if rule is None:
        return _stamp(value)
    parts = [path_of(value) or _stamp(value), *map(_stamp, rule.parts())]
    return None if None in parts else f"{digest_of([*rule.texts, repr(rule.nondiff), *(part or '' for part in parts)])} rule of {parts[0]}"


def _stamp(value: Any) -> str | None:
    if isinstance(value, FunctionType):
        if value.__closure__ or value.__defaults__ or value.__kwdefaults__:
            return None  # what they hold may shape the text, too
        return f"{value.__module__}:{value.__qualname__} {digest_of_code(value.__code__)}"
    if isinstance(value, (ModuleType, np.ufunc, BuiltinFunctionType, type)):
        return path_of(value)
    return path_of(value) if callable(value) else None
