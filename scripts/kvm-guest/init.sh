#!/bin/bash
# Process 1 of the emulated machine. There is no init system: it mounts what a container host has, runs the one command
# that lies in the exchange directory, leaves its exit status there and switches the machine off.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8

mount_all() {
  mount -t proc -o nosuid,nodev,noexec proc /proc
  mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
  # The initramfs has mounted devtmpfs already on most kernels.
  grep -q ' /dev devtmpfs ' /proc/mounts || mount -t devtmpfs devtmpfs /dev
  mkdir -p /dev/pts /dev/shm /exchange /checkout /cache
  mount -t devpts devpts /dev/pts
  mount -t tmpfs tmpfs /dev/shm
  mount -t tmpfs tmpfs /run
  mount -t tmpfs tmpfs /tmp
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  modprobe -a 9p 9pnet_virtio overlay erofs kvm_amd
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 exchange /exchange
}

# The checkout and the cache come as read-only EROFS disks (9p would take many times as long); the cache gets a layer in
# memory, because locks and time stamps are written to it.
mount_disks() {
  [ -b /dev/vdb ] && mount -t erofs -o ro /dev/vdb /checkout
  if [ -b /dev/vdc ]; then
    mkdir -p /run/cache/{lower,upper,work}
    mount -t erofs -o ro /dev/vdc /run/cache/lower
    mount -t overlay -o lowerdir=/run/cache/lower,upperdir=/run/cache/upper,workdir=/run/cache/work overlay /cache
  fi
}

mount_all
mount_disks
ip link set lo up
hostname emulated
cd /root
# Appending, because gVisor writes to a regular file at its own offset.
bash /exchange/command </dev/null >>/exchange/stdout 2>>/exchange/stderr
echo "$?" >/exchange/status
sync
echo o >/proc/sysrq-trigger
sleep 60
