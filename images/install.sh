#!/bin/bash
# Puts GitHub's runner into an image that is being baked, where machines look for it at boot. Run it as root, with any tool, on Amazon Linux 2023,
# Ubuntu or Debian, x64 or arm64. Running it again replaces the runner.
#
#   RUNNER_VERSION   a release of actions/runner, such as 2.336.0; the newest by default
#   RUNNER_URL       where the archive is, for a mirror; github.com by default
#   RUNNER_SHA256    its digest; by default what GitHub's API gives for it, and without any the script refuses
#   HOOKS_DIR        a folder with job-started.sh and job-completed.sh of yours, run around every job as the runner's user
set -euo pipefail
umask 022

readonly runner_dir=/opt/actions-runner
readonly hooks_dir=/opt/ghr/hooks

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

architecture() {
  case "$(uname -m)" in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) fail "actions/runner has no release for $(uname -m) here" ;;
  esac
}

# The machines sign their calls to AWS with curl; before 7.87 it left headers out of the signature that AWS wants in it.
check_curl() {
  local version
  version="$(curl --version | sed -n '1s/^curl \([0-9]*\.[0-9]*\).*/\1/p')"
  if [ "$(printf '%s\n7.87\n' "$version" | sort -V | head -n 1)" != 7.87 ]; then
    fail "curl $version is too old to sign calls to AWS: 7.87 or later is needed, as Amazon Linux 2023, Ubuntu 24.04 and Debian 12 have it"
  fi
}

install_packages() {
  if command -v dnf >/dev/null; then
    dnf install -y -q git libicu tar gzip util-linux shadow-utils
  elif command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -yq --no-install-recommends ca-certificates curl git libicu-dev
  else
    fail 'there is neither dnf nor apt-get here: Amazon Linux 2023, Ubuntu and Debian are supported'
  fi
}

newest_version() {
  local address
  address="$(curl -sSf --location --max-time 30 --retry 5 --output /dev/null --write-out '%{url_effective}' https://github.com/actions/runner/releases/latest)"
  echo "${address##*/v}"
}

# What GitHub's API says of the release: one line, without spaces.
release_by_github() {
  curl -sSf --max-time 30 --retry 3 "https://api.github.com/repos/actions/runner/releases/tags/v$1" | tr -d '\n '
}

digest_of() {
  grep -oE "\"name\":\"$1\".{0,2000}" <<<"$release" | grep -oE '"digest":"sha256:[0-9a-f]{64}' | head -n 1 | grep -oE '[0-9a-f]{64}$'
}

# When the release came out, for the machines to tell its age; what GitHub built it on where the API is silent.
release_time() {
  local published
  published="$(grep -oE '"published_at":"[0-9TZ:-]+"' <<<"$release" | head -n 1 | cut -d '"' -f 4)"
  if [ -n "$published" ]; then date -d "$published" +%s; else stat -c %Y "$new/bin/Runner.Listener"; fi
}

[ "$(id -u)" -eq 0 ] || fail 'run me as root'
install_packages
check_curl

version="${RUNNER_VERSION:-$(newest_version)}"
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "RUNNER_VERSION \"$version\" is no version such as 2.336.0"
name="actions-runner-linux-$(architecture)-$version.tar.gz"
url="${RUNNER_URL:-https://github.com/actions/runner/releases/download/v$version/$name}"
release="$(release_by_github "$version" || true)"
digest="${RUNNER_SHA256:-$(digest_of "$name" || true)}"
[ -n "$digest" ] || fail "GitHub's API gave no digest of $name: set RUNNER_SHA256, as the release's page shows it"

new="$(mktemp -d "$runner_dir.XXXXXX")"
trap 'rm -rf "$new"' EXIT
curl -sSf --location --max-time 600 --retry 3 --output "$new/archive" "$url"
sha256sum --check --status <<<"$digest  $new/archive" || fail "$url does not have the digest $digest"
tar -xzf "$new/archive" -C "$new"
rm "$new/archive"
[ -x "$new/run.sh" ] || fail "$url is no archive of actions/runner: it has no run.sh"

# By which a machine knows at boot whether the runner is fresh enough: not the day of baking, as GitHub counts from releases.
echo "$version $(release_time)" >"$new/.ghr-image"
id runner >/dev/null 2>&1 || useradd --create-home --shell /bin/bash runner
chmod 755 "$new"
# Here, as on a machine each file of a fresh disk must first be fetched.
chown -R runner: "$new"
rm -rf "$runner_dir"
mv "$new" "$runner_dir"

mkdir -p "$hooks_dir"
if [ -n "${HOOKS_DIR:-}" ]; then
  for hook in job-started.sh job-completed.sh; do
    if [ -f "$HOOKS_DIR/$hook" ]; then install -m 755 "$HOOKS_DIR/$hook" "$hooks_dir/$hook"; fi
  done
fi

echo "installed actions/runner $version in $runner_dir"
echo "tag the image with ghr:runner_version=$version"
