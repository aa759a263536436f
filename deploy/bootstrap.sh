#!/bin/sh
# Installs what is missing for `make run`, `visit`, `test` or `test-usb-kernel`, and says what it does.
# Usage: deploy/bootstrap.sh run|visit|test|usb-kernel
set -eu
cd "$(dirname "$0")/.."

PROFILE="${1:-run}"
VENV=.venv
WINDOW="libgl1 libegl1 libgl1-mesa-dri libx11-6 libxext6 libxcursor1 libxi6 libxrandr2 libxss1 libxfixes3 libmtdev1 libusb-1.0-0 xvfb"
FONTS="fonts-morisawa-bizud-gothic fonts-morisawa-bizud-mincho fonts-ipamj-mincho"
# IC cards: the service, a virtual reader, and what pyscard is built with.
CARDS="pcscd vsmartcard-vpcd libpcsclite-dev swig gcc libc6-dev python3-dev util-linux"
PACKAGES="$WINDOW $FONTS"
EXTRA=""

case "$PROFILE" in
  run) ;;
  visit) EXTRA="[test]" ;;
  test) EXTRA="[test,card]"; PACKAGES="$PACKAGES $CARDS poppler-utils zbar-tools postgresql git cups-ipp-utils dbus-daemon" ;;
  usb-kernel) EXTRA="[test]"; PACKAGES="$PACKAGES qemu-system-x86 busybox-static cpio kmod udev" ;;
  -h|--help) sed -n '2,4p' "$0"; exit 0 ;;
  say-install) echo "まだ何も入っていません。先に make run を実行してください。" >&2; exit 1 ;;
  *) echo "使い方: deploy/bootstrap.sh run|visit|test|usb-kernel" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*" >&2; }

command -v dpkg-query >/dev/null 2>&1 || {
  say "Debian か Ubuntu のコンピューターで実行してください (dpkg が見つかりません)。"; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo "$@"
  else return 77
  fi
}

install_packages() {
  missing=""
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
  done
  [ -z "$missing" ] && return 0
  say "足りないパッケージを入れます:$missing"
    status=0
  as_root env DEBIAN_FRONTEND=noninteractive sh -c \
    "apt-get update -q >&2 && apt-get install -y -q --no-install-recommends $missing >&2" || status=$?
  [ "$status" = 0 ] && return 0
  say ""
  if [ "$status" = 77 ]; then say "管理者の権限がないため入れられません。次の行を管理者として実行してから、もう一度どうぞ。"
  else say "パッケージを入れられませんでした (上の行に理由があります)。直したあと、もう一度どうぞ。手で入れるなら:"
  fi
  say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
  exit 1
}

good_python() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  for name in python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3 /usr/bin/python3.11 /usr/bin/python3.12; do
    path=$(command -v "$name" 2>/dev/null) || continue
    if good_python "$path"; then printf '%s' "$path"; return 0; fi
  done
  return 1
}

# shellcheck disable=SC2086
install_packages $PACKAGES

# The staff pages are photographed where a Chromium can be had as a package; its absence is no fault.
if [ "$PROFILE" = test ] && ! command -v chromium >/dev/null 2>&1; then
  if apt-cache show chromium 2>/dev/null | grep -q '^Filename'; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium \
      >&2 || say "Chromium を入れられませんでした。職員のページの絵は作りません。"
  fi
fi

if [ ! -x "$VENV/bin/python" ] || ! "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  PYTHON=$(find_python) || {
    if apt-cache show python3.11 >/dev/null 2>&1 && ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then install_packages python3.11 python3.11-venv
    else install_packages python3 python3-venv
    fi
    PYTHON=$(find_python) || { say "Python 3.11 以上が見つかりません。python3.11 と python3.11-venv を入れてください。"; exit 1; }
  }
  say "Python の環境を作ります ($PYTHON)…"
  rm -rf "$VENV"
  "$PYTHON" -m venv "$VENV"
fi

WANT="$(cksum < pyproject.toml) $EXTRA"
STAMP="$VENV/.installed$(printf '%s' "$EXTRA" | tr -d '[]')"
if [ "$(cat "$STAMP" 2>/dev/null || true)" != "$WANT" ]; then
  say "Python のパッケージを入れます (初回は数分かかります)…"
  "$VENV/bin/python" -m pip install --disable-pip-version-check --progress-bar off -q -e ".$EXTRA" >&2 || {
    say "Python のパッケージを入れられませんでした。ネットワークを確かめて、もう一度どうぞ。"; exit 1; }
  printf '%s' "$WANT" > "$STAMP"
fi

if [ "$PROFILE" = test ]; then
  "$VENV/bin/python" -m tests.integration.printing.emulator || {
    say "試験用のプリンターの模擬 (emupos) を入れられませんでした。ネットワークを確かめて、もう一度どうぞ。"; exit 1; }
fi
