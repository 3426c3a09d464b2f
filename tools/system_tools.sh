#!/usr/bin/env bash
# The browser and the database server that some tests need. As root on a system with apt-get they
# are installed; otherwise this says what is missing and which tests will be skipped.
set -euo pipefail

has_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
  command -v google-chrome >/dev/null; }
has_postgres() { command -v pg_ctl >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null; }

missing=()
has_browser || missing+=(chromium)
has_postgres || missing+=(postgresql)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "test: installing ${missing[*]}" >&2
  if apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    exit 0
  fi
fi
has_browser || echo "test: no chromium found: tests/e2e will be skipped. Install it to run them." >&2
has_postgres || echo "test: no PostgreSQL server found: tests named [postgresql] will be skipped." >&2
if [ -n "${CI:-}" ]; then
  echo "test: CI runs every test; install ${missing[*]} first." >&2
  exit 1
fi
