"""Loads an extension in C from the path where a sanitizer's build of it lies."""

import importlib.machinery
import importlib.util
from types import ModuleType


def load(name: str, path: str) -> ModuleType:
    """The extension `name` (dotted) in the file at `path`."""
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
