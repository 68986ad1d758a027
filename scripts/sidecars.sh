#!/bin/sh
# Builds runsc from the pinned module in steps, as official releases have it: DIR/{module,seccomp,sentry,prewarmed}/runsc.
# Needs go and gcc. Use: scripts/sidecars.sh DIR, then environments with `binary: DIR/…/runsc` (docs/startup.md).
set -eu
out=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)/provision
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp "$here/runsc/go.mod" "$here/runsc/go.sum" "$work"
cp -r "$here/sidecars/precompile" "$here/sidecars/sentry" "$work"
cd "$work"
export CGO_ENABLED=0 GOFLAGS=-mod=mod
module=gvisor.dev/gvisor
version=$(go list -m -f '{{.Version}}' $module)
go mod download $module
cp -r "$(go list -m -f '{{.Dir}}' $module)" source
chmod -R u+w source
go mod edit -replace $module=./source
flags="-s -w -X $module/runsc/version.version=${version#v}"
build() { go build -trimpath -buildvcs=false -ldflags "$flags" -o "$1" "$2"; }
mkdir -p "$out/module" "$out/seccomp" "$out/sentry/gvisor-bin" "$out/prewarmed/gvisor-bin"
build "$out/module/runsc" $module/runsc
go build -o precompile/precompile ./precompile
for filter in boot/filter fsgofer/filter; do ./precompile/precompile "source/runsc/$filter/filter_precompiled.go"; done
build "$out/seccomp/runsc" $module/runsc
build "$out/sentry/gvisor-bin/gvisor_sentry" ./sentry
cp "$out/seccomp/runsc" "$out/sentry"
cp "$out/seccomp/runsc" "$out/prewarmed"
cp "$out/sentry/gvisor-bin/gvisor_sentry" "$out/prewarmed/gvisor-bin"
gcc -O2 -static -D_GNU_SOURCE -s -o "$out/prewarmed/gvisor-bin/gvisor-sentry-prewarmer" "$here/sidecars/prewarmer.c"
