"""The two parts that are compiled, both optional: the national digests and the walk over DER. Everything else about the
package is in pyproject.toml."""

from setuptools import Extension, setup

DIGESTS, WALK = "policies/algorithms/hashes/native", "validator/asn1/native"


def extension(name: str, folder: str, sources: tuple[str, ...], header: str) -> Extension:
    """One extension in the stable interface. Without a compiler the installation goes on, and Python does the work."""
    return Extension(
        name,
        sources=[f"{folder}/{source}.c" for source in sources],
        depends=[f"{folder}/{header}"],
        py_limited_api=True,
        optional=True,
    )


setup(
    ext_modules=[
        extension(
            "policies.algorithms.hashes._native",
            DIGESTS,
            ("module", "hashing", "streebog", "gost94", "belt", "bash"),
            "hashing.h",
        ),
        extension("validator.asn1._native", WALK, ("module", "walk"), "walk.h"),
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
