#!/bin/bash
# Installs GitHub's runner in a machine image, where machines look for it at boot. Run it as root, with any image builder, on Amazon Linux 2023,
# Ubuntu or Debian, x64 or arm64. Running it again replaces the runner.
#
#   RUNNER_VERSION   a release of actions/runner, such as 2.336.0; the newest by default
#   RUNNER_URL       the archive's URL, for a mirror; github.com by default
#   RUNNER_SHA256    the archive's digest; by default from GitHub's API; without a digest the script fails
#   HOOKS_DIR        a folder with your job-started.sh and job-completed.sh, which run around every job as the runner's user
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
    *) fail "actions/runner has no release for $(uname -m)" ;;
  esac
}

# The machines sign their calls to AWS with curl; before 7.87 its signature omits headers that AWS requires.
check_curl() {
  local version
  version="$(curl --version | sed -n '1s/^curl \([0-9]*\.[0-9]*\).*/\1/p')"
  if [ "$(printf '%s\n7.87\n' "$version" | sort -V | head -n 1)" != 7.87 ]; then
    fail "curl $version is too old to sign calls to AWS: use 7.87 or later, as in Amazon Linux 2023, Ubuntu 24.04 and Debian 12"
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
    fail 'neither dnf nor apt-get found: Amazon Linux 2023, Ubuntu and Debian are supported'
  fi
}

newest_version() {
  local address
  address="$(curl -sSf --location --max-time 30 --retry 5 --output /dev/null --write-out '%{url_effective}' https://github.com/actions/runner/releases/latest)"
  echo "${address##*/v}"
}

# The release from GitHub's API: one line, without spaces.
release_by_github() {
  curl -sSf --max-time 30 --retry 3 "https://api.github.com/repos/actions/runner/releases/tags/v$1" | tr -d '\n '
}

digest_of() {
  grep -oE "\"name\":\"$1\".{0,2000}" <<<"$release" | grep -oE '"digest":"sha256:[0-9a-f]{64}' | head -n 1 | grep -oE '[0-9a-f]{64}$'
}

# The release's time, from which machines calculate its age; without the API, the time of its build.
release_time() {
  local published
  published="$(grep -oE '"published_at":"[0-9TZ:-]+"' <<<"$release" | head -n 1 | cut -d '"' -f 4)"
  if [ -n "$published" ]; then date -d "$published" +%s; else stat -c %Y "$new/bin/Runner.Listener"; fi
}

[ "$(id -u)" -eq 0 ] || fail 'run this script as root'
install_packages
check_curl

version="${RUNNER_VERSION:-$(newest_version)}"
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "RUNNER_VERSION \"$version\" is not a version such as 2.336.0"
name="actions-runner-linux-$(architecture)-$version.tar.gz"
url="${RUNNER_URL:-https://github.com/actions/runner/releases/download/v$version/$name}"
release="$(release_by_github "$version" || true)"
digest="${RUNNER_SHA256:-$(digest_of "$name" || true)}"
[ -n "$digest" ] || fail "GitHub's API returned no digest of $name: set RUNNER_SHA256 to the digest on the release's page"

new="$(mktemp -d "$runner_dir.XXXXXX")"
trap 'rm -rf "$new"' EXIT
curl -sSf --location --max-time 600 --retry 3 --output "$new/archive" "$url"
sha256sum --check --status <<<"$digest  $new/archive" || fail "$url does not have the digest $digest"
tar -xzf "$new/archive" -C "$new"
rm "$new/archive"
[ -x "$new/run.sh" ] || fail "$url is not an archive of actions/runner: it has no run.sh"

# A machine reads the runner's age from this file at boot: since its release, as GitHub counts, not since the image was built.
echo "$version $(release_time)" >"$new/.ghr-image"
id runner >/dev/null 2>&1 || useradd --create-home --shell /bin/bash runner
chmod 755 "$new"
# Done here, as a machine must first fetch each file of a new disk.
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
