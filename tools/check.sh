#!/usr/bin/env bash
# Every check, to the end: one run names all that has to be mended.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=()

check() {
  local name=$1
  shift
  echo "--- $name"
  "$@" || failed+=("$name")
}

check format $bin/ruff format --check --quiet .
check lint $bin/ruff check --quiet .
check types $bin/mypy
check "types of the browser fixtures" $bin/mypy tests/e2e/conftest.py
check imports $bin/lint-imports
check sizes $bin/python tools/lint_size.py
check boundaries $bin/python tools/lint_boundaries.py
check changelog $bin/python tools/lint_changelog.py
check "types of the pages" $bin/python frontend/npm.py run typecheck

if [ ${#failed[@]} -gt 0 ]; then
  printf 'check: FAILED: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "check: all is well"
