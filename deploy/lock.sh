#!/usr/bin/env bash
# Locks every package that requirements.txt leads to, with the hashes of all its files, for every Python and system that
# is supported: `make lock` after each change of requirements.txt. requirements-gpu.lock has what GPUs need on top.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv=.venv/bin/uv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
options=(--universal --generate-hashes --python-version 3.11 --no-annotate --no-header --quiet)
head='# Made by `make lock` from requirements.txt, never by hand: every package with the hashes of its files.
# Install with: pip install --require-hashes -r requirements.lock'

grep -v '^-r' requirements-dev.txt >"$work/tested"  # what both need has the version of the tests
"$uv" pip compile "${options[@]}" --constraint "$work/tested" requirements.txt --output-file "$work/lock"
{ echo "$head"; cat "$work/lock"; } >requirements.lock

sed 's/^tensorflow==/tensorflow[and-cuda]==/' requirements.txt >"$work/gpu.txt"
known=$(sed -n 's/^\([a-z0-9][a-z0-9.-]*\)==.*/--no-emit-package=\1/p' requirements.lock)
# shellcheck disable=SC2086
"$uv" pip compile "${options[@]}" --constraint "$work/lock" $known "$work/gpu.txt" --output-file "$work/gpu"
{ echo "$head -r requirements-gpu.lock"; cat "$work/gpu"; } >requirements-gpu.lock
