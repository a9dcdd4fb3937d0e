"""What importing the package costs."""
import subprocess
import sys


def test_the_import_loads_no_module_that_few_programs_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, pulley; print(*sys.modules)"], check=True,
        capture_output=True, text=True)
    needless = {"difflib", "html", "pathlib", "argparse", "subprocess", "numpy", "asyncio"}
    # The interpreter itself may have loaded some, for the site's own purposes.
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], check=True, capture_output=True,
        text=True)
    assert needless & set(done.stdout.split()) <= set(bare.stdout.split())
