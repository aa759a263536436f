#!/bin/sh
# The USB driver under a real Linux kernel: a guest of QEMU (no network, this machine's files read
# only) in which the kernel's own printer gadget is plugged into its own dummy host controller.
# Usage: tests/usb_kernel/run.sh    Exit 0 only if every check in the guest passed; 2: cannot run.
set -eu
cd "$(dirname "$0")/../.."
ROOT=$(pwd)
WORK="${DAICHO_USB_KERNEL:-$ROOT/out/usb-kernel}"
LIMIT="${DAICHO_USB_KERNEL_S:-420}"
say() { printf '%s\n' "$*" >&2; }
cannot() { say "make test-usb-kernel はこのコンピューターでは実行できません: $*"; exit 2; }

for command in qemu-system-x86_64 busybox cpio depmod; do
  command -v "$command" >/dev/null 2>&1 || cannot "$command がありません。apt-get install qemu-system-x86 busybox-static cpio kmod を実行してください。"
done
# Without it libusb in the guest does not hear that a device was plugged in.
[ -x /lib/systemd/systemd-udevd ] || cannot "udev がありません。apt-get install udev を実行してください。"
[ -x .venv/bin/python ] || cannot "先に make test を実行してください (.venv がありません)。"
mkdir -p "$WORK"

# A kernel with its modules: the one given, or Debian's package unpacked (not installed).
KERNEL="${DAICHO_KERNEL_DIR:-$WORK/kernel}"
if ! ls "$KERNEL"/boot/vmlinuz-* >/dev/null 2>&1; then
  NAME=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
  [ -n "$NAME" ] || cannot "linux-image-amd64 のパッケージが見つかりません (Debian の apt が必要です)。"
  say "カーネル $NAME を取り出します…"
  (cd "$WORK" && apt-get download -q "$NAME" >&2) || cannot "カーネルのパッケージを取得できません。"
  dpkg -x "$WORK"/linux-image-*.deb "$KERNEL"
fi
IMAGE=$(ls "$KERNEL"/boot/vmlinuz-* | head -1)
MODULES=$(ls -d "$KERNEL"/lib/modules/* | head -1)

# A small first root: busybox, the modules that are needed, and the first script.
TREE=$(mktemp -d "$WORK/tree.XXXXXX")
trap 'rm -rf "$TREE"' EXIT
mkdir -p "$TREE/bin" "$TREE/modules"
cp "$(command -v busybox)" "$TREE/bin/busybox"
VERSION=$(basename "$MODULES")
depmod -b "$KERNEL" "$VERSION"
for name in virtio_pci 9pnet_virtio 9p overlay dummy_hcd configfs libcomposite usb_f_printer; do
  modprobe -d "$KERNEL" -S "$VERSION" --ignore-install --show-depends "$name" 2>/dev/null
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' > "$TREE/paths"
while read -r path; do cp "$path" "$TREE/modules/"; basename "$path" .ko >> "$TREE/modules/order"; done < "$TREE/paths"
sed -e "s|@ROOT@|$ROOT|g" tests/usb_kernel/init.sh > "$TREE/init"
chmod 755 "$TREE/init"
(cd "$TREE" && find . | cpio -o -H newc 2>/dev/null | gzip -1) > "$WORK/initramfs.gz"

say "QEMU で Linux を起動します (1〜3分かかります)…"
timeout "$LIMIT" qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 1536 -nographic -no-reboot -nic none \
  -kernel "$IMAGE" -initrd "$WORK/initramfs.gz" -append "console=ttyS0 quiet panic=-1" \
  -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=root,mount_tag=hostroot < /dev/null > "$WORK/console.log" 2>&1 || true
grep -a "^usb-kernel:" "$WORK/console.log" || true
if grep -aq "^usb-kernel: passed" "$WORK/console.log"; then exit 0; fi
say "確認できませんでした。$WORK/console.log を見てください。"
exit 1
