#!/bin/busybox sh
# First program of the guest: this machine's files below a layer in memory, then the checks.
b=/bin/busybox
$b mkdir -p /proc /sys /lower /layer /root
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
while read -r name; do $b insmod "/modules/$name.ko" || echo "usb-kernel: module $name not loaded"; done < /modules/order
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro hostroot /lower || echo "usb-kernel: no 9p"
$b mount -t tmpfs tmpfs /layer
$b mkdir /layer/up /layer/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/layer/up,workdir=/layer/work overlay /root || echo "usb-kernel: no overlay"
$b mount -t proc proc /root/proc
$b mount -t sysfs sys /root/sys
$b mount -t devtmpfs dev /root/dev
$b mount -t tmpfs tmpfs /root/run
$b mount -t configfs config /root/sys/kernel/config
$b chroot /root /bin/sh -c 'cd "@ROOT@" && export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1
  /lib/systemd/systemd-udevd --daemon
  .venv/bin/python -W error -m tests.usb_kernel.guest 2>&1'
echo "usb-kernel: end"
$b poweroff -f
