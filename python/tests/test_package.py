"""The package's public names."""
import re
import types

import pulley


def test_every_public_name_is_exported() -> None:
    # A type checker refuses names that are imported but not in __all__.
    public = {
        name for name, value in vars(pulley).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
        and getattr(value, "__module__", "").startswith("pulley")}
    assert public <= set(pulley.__all__)
    assert all(hasattr(pulley, name) for name in pulley.__all__)
    assert len(set(pulley.__all__)) == len(pulley.__all__)


def test_the_package_has_the_version_of_the_library() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", pulley.__version__)
    assert f"{pulley.__version__}" == f"{pulley._library.lib.pulley_version().decode()}"
