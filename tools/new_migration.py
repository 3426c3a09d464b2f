"""Write the next migration: python tools/new_migration.py "What it adds"."""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from loopwright.web.schema import MIGRATIONS, configuration


def main() -> None:
    """Compare the tables with a database made by the migrations; number and write the next one."""
    if len(sys.argv) != 2:
        sys.exit('usage: python tools/new_migration.py "What it adds"')
    versions = MIGRATIONS / "versions"
    number = len(list(versions.glob("[0-9]*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        config = configuration()
        config.set_main_option("sqlalchemy.url", f"sqlite:///{Path(folder) / 'empty.db'}")
        command.upgrade(config, "head")
        command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")
    for file in versions.glob(f"{number:04d}_*.py"):
        subprocess.run([sys.executable, "-m", "ruff", "format", str(file)], check=True)
        subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", str(file)], check=True)


if __name__ == "__main__":
    main()
