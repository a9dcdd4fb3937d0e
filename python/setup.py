"""Puts libpulley into the package. pyproject.toml has everything else.

The library is the one that PULLEY_LIBRARY names, a file or a folder. Otherwise it is build/lib of the
checkout, if this folder is in one. If it is not built, and Swift is installed, it is built. A package
without a library looks for the system's when it is imported.
"""
import functools
import os
import pathlib
import shutil
import subprocess
import typing

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution

NAME = "libpulley.so.0"
CHECKOUT = pathlib.Path(__file__).resolve().parent.parent


@functools.lru_cache(maxsize=None)
def library() -> typing.Optional[pathlib.Path]:
    """The library to put into the package, or None."""
    named = os.environ.get("PULLEY_LIBRARY")
    if named:
        path = pathlib.Path(named)
        path = path / NAME if path.is_dir() else path
        if not path.exists():
            raise SystemExit(f"PULLEY_LIBRARY is {named}, and there is no file {path}")
        return path
    if not (CHECKOUT / "include" / "pulley.h").exists():
        print(f"This package will not contain {NAME}, because it is not built in a checkout of libpulley. Install the "
              "library on the system, or set PULLEY_LIBRARY.")
        return None
    path = CHECKOUT / "build" / "lib" / NAME
    if not path.exists():
        if not shutil.which(os.environ.get("SWIFT", "swift")):
            print(f"This package will not contain {NAME}, because it is not built and Swift is not installed.")
            return None
        if subprocess.run(["make", "-C", CHECKOUT, "build"]).returncode:
            raise SystemExit(f"The build of libpulley failed. Set PULLEY_LIBRARY to a {NAME} that is built.")
    return path


class Package(Distribution):
    def has_ext_modules(self) -> bool:
        """Whether the package is for one kind of machine only."""
        return library() is not None


class BuildPackage(build_py):
    def run(self) -> None:
        # A previous build may have left other files there.
        shutil.rmtree(pathlib.Path(self.build_lib) / "pulley", ignore_errors=True)
        super().run()
        source = library()
        if source and not self.editable_mode:
            target = pathlib.Path(self.build_lib) / "pulley" / "lib" / NAME
            target.parent.mkdir(parents=True)
            shutil.copyfile(source, target)
            target.chmod(0o755)


class BuildWheel(bdist_wheel):
    def get_tag(self) -> typing.Tuple[str, str, str]:
        """The package runs on any version of Python."""
        return ("py3", "none", super().get_tag()[2])


setup(distclass=Package, cmdclass={"build_py": BuildPackage, "bdist_wheel": BuildWheel})
