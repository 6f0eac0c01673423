"""The one part that is compiled: the national digests in C. Everything else about the package is in pyproject.toml."""

from setuptools import Extension, setup

NATIVE = "policies/algorithms/hashes/native"

setup(
    ext_modules=[
        Extension(
            "policies.algorithms.hashes._native",
            sources=[f"{NATIVE}/{name}.c" for name in ("module", "hashing", "streebog", "gost94", "belt", "bash")],
            depends=[f"{NATIVE}/hashing.h"],
            py_limited_api=True,
            # Without a compiler the installation goes on, and the digests are computed in Python.
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
