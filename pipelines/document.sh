#!/usr/bin/env bash
# Writes the documentation of the library and its articles, as pages for a web server, to
# output/documentation. A warning ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pipelines/setup.sh
mkdir -p output
DOCUMENTATION=1 swift package --scratch-path .build/documentation \
  --allow-writing-to-directory output/documentation generate-documentation --product VQVAE2 \
  --warnings-as-errors --transform-for-static-hosting --output-path output/documentation
