"""The settings that the code of each function can read, derived from its source.

It follows names, from the handler to every function and class that reachable code names. A method is
reachable if its class is, and if reachable code accesses an attribute of its name. The result may contain a
setting that is never read, but it misses none: `getattr` is not used for settings, and `Stack` and `Settings`
are always called by the names below.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from staydown.aws.settings import Settings

from infra.local.stack import ROOT

_FOLDERS = {"staydown": ROOT / "layers" / "staydown" / "staydown", "functions": ROOT / "functions"}
_STACK_CLASS = "staydown.aws.stack.Stack"
_STACK_NAMES = {"stack", "_stack"}
_SETTINGS_NAMES = {"settings", "_settings"}

_PASSIVE_BASES = {
    "BaseModel",
    "Exception",
    "Generic",
    "IntFlag",
    "NamedTuple",
    "Protocol",
    "StrEnum",
    "ValueError",
}
"""Bases from outside the project that call no method that a subclass defines."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef


@dataclass
class _Module:
    """A module: its definitions, its imported names, and the code that runs when it is imported."""

    definitions: dict[str, _Definition] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    """The dotted name behind each local name; of functions of the project only."""
    imported_modules: set[str] = field(default_factory=set)
    code: list[ast.AST] = field(default_factory=list)


def settings_of(function: str) -> set[str]:
    """Return the names of the settings that a function (the name of its folder) can read."""
    return _Reachable(f"functions.{function}.app").settings


def variables_of(settings: Iterable[str]) -> set[str]:
    """Return the environment variables behind settings."""
    return {variable for name in settings for variable in Settings.variables(name)}


class _Reachable:
    """The code that can run in a function."""

    def __init__(self, entry: str) -> None:
        self.settings: set[str] = set()
        self._modules: set[str] = set()
        self._definitions: set[str] = set()
        self._methods: dict[str, list[tuple[str, ast.AST]]] = {}
        """Methods of reachable classes that no reachable code has accessed yet, by name."""
        self._accessed: set[str] = set()
        self._stack_accessed: set[str] = set()
        self._ahead: list[tuple[str, ast.AST]] = []
        self._add_module(entry)
        while self._ahead:
            self._follow(*self._ahead.pop())

    def _add_module(self, name: str) -> None:
        if name in self._modules or (module := _load(name)) is None:
            return
        self._modules.add(name)
        for imported in sorted(module.imported_modules):
            self._add_module(imported)
        self._ahead += [(name, node) for node in module.code]
        if name.startswith("functions."):  # its routes are registered by decorators
            for definition in module.definitions:
                self._add_definition(name, definition)

    def _add_definition(self, module: str, name: str) -> None:
        dotted = f"{module}.{name}"
        definition = _loaded(module).definitions[name]
        if dotted in self._definitions:
            return
        self._definitions.add(dotted)
        if not isinstance(definition, ast.ClassDef):
            self._ahead.append((module, definition))
            return
        self._ahead += [(module, node) for node in (*definition.bases, *definition.decorator_list)]
        for node in definition.body:
            if isinstance(node, _Function):
                self._add_method(module, definition, node)
            else:
                self._ahead.append((module, node))

    def _add_method(self, module: str, owner: ast.ClassDef, method: _Function) -> None:
        is_stack = f"{module}.{owner.name}" == _STACK_CLASS
        accessed = self._stack_accessed if is_stack else self._accessed
        is_implicit = method.name.startswith("__") or _implements_a_library_interface(module, owner)
        if is_implicit or method.name in accessed:
            self._ahead.append((module, method))
        else:
            key = f"Stack.{method.name}" if is_stack else method.name
            self._methods.setdefault(key, []).append((module, method))

    def _follow(self, module: str, node: ast.AST) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                self._use(module, inner.id)
            elif isinstance(inner, ast.Attribute):
                self._access(module, inner)

    def _use(self, module: str, name: str) -> None:
        known = _loaded(module)
        if name in known.definitions:
            self._add_definition(module, name)
        elif name in known.imports:
            self._use_dotted(known.imports[name])

    def _use_dotted(self, dotted: str) -> None:
        owner, _, name = dotted.rpartition(".")
        if (found := _load(owner)) is not None and name in (found.definitions | found.imports):
            self._use(owner, name)

    def _access(self, module: str, node: ast.Attribute) -> None:
        receiver = _receiver(node.value)
        if receiver in _SETTINGS_NAMES and node.attr in Settings.names():
            self.settings.add(node.attr)
        if isinstance(node.value, ast.Name) and node.value.id in _loaded(module).imports:
            self._use_dotted(f"{_loaded(module).imports[node.value.id]}.{node.attr}")
        if receiver in _STACK_NAMES or module == _STACK_CLASS.rpartition(".")[0] or receiver == "Stack":
            self._stack_accessed.add(node.attr)
            self._reach_methods(f"Stack.{node.attr}")
        self._accessed.add(node.attr)
        self._reach_methods(node.attr)

    def _reach_methods(self, key: str) -> None:
        self._ahead += self._methods.pop(key, [])


def _implements_a_library_interface(module: str, owner: ast.ClassDef) -> bool:
    """Return whether a library can call the methods of a class: it has a base from outside the project."""
    known = _loaded(module)
    bases = {base.id for base in owner.bases if isinstance(base, ast.Name)}
    return bool(bases - set(known.definitions) - set(known.imports) - _PASSIVE_BASES)


def _receiver(node: ast.expr) -> str:
    """Return the last name of an expression: `stack` for stack, self.stack and stack()."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _loaded(name: str) -> _Module:
    found = _load(name)
    assert found is not None, name
    return found


@cache
def _load(name: str) -> _Module | None:
    """Return a module of the project; None for any other name."""
    file = _file_of(name)
    if file is None:
        return None
    module = _Module()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                _add_import(module, inner)
        if isinstance(node, _Definition):
            module.definitions[node.name] = node
            module.code += node.decorator_list
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            module.code.append(node)
    return module


def _add_import(module: _Module, node: ast.Import | ast.ImportFrom) -> None:
    names = (
        [(alias.asname or alias.name, alias.name) for alias in node.names]
        if isinstance(node, ast.Import)
        else [(alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names]
    )
    for local, dotted in names:
        if dotted.partition(".")[0] in _FOLDERS:
            module.imports[local] = dotted
            module.imported_modules |= set(_modules_on_the_way(dotted))


def _modules_on_the_way(dotted: str) -> Iterator[str]:
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        if _file_of(".".join(parts[:length])) is not None:
            yield ".".join(parts[:length])


@cache
def _file_of(name: str) -> Path | None:
    first, *parts = name.split(".")
    if first not in _FOLDERS:
        return None
    folder = _FOLDERS[first].joinpath(*parts)
    for file in (folder.with_suffix(".py"), folder / "__init__.py"):
        if file.is_file():
            return file
    return None
