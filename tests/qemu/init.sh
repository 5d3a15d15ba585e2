#!/bin/busybox sh
# The first process of the guest: shows over the serial line what a user could collect, then powers
# off. Each part begins with "== NAME" so that the host can tell them apart.
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1

part() { echo "== $1"; }

part uname
/bin/busybox uname -r
part cmdline
/bin/busybox cat /proc/cmdline
part cpus
for list in online possible present; do
  echo "$list $(/bin/busybox cat /sys/devices/system/cpu/$list)"
done
part cpuinfo
/bin/busybox cat /proc/cpuinfo
part interrupts
/bin/busybox cat /proc/interrupts
for table in /sys/firmware/acpi/tables/*; do
  [ -f "$table" ] || continue
  part "acpi/$(/bin/busybox basename "$table")"
  /bin/busybox base64 "$table"
done
part pci
for device in /sys/bus/pci/devices/*; do
  config=$(/bin/busybox hexdump -ve '1/1 "%02x"' "$device/config")
  echo "$(/bin/busybox basename "$device") $config"
done
part moves
# Text on its way over the serial line makes its own interrupts: one to move it, more to count.
serial() { /bin/busybox grep '^ *4:' /proc/interrupts; }
for cpu in /sys/devices/system/cpu/cpu[0-9]*; do
  number=${cpu##*cpu}
  [ "$(/bin/busybox cat "$cpu/online" 2>/dev/null || echo 1)" = 1 ] || continue
  if echo "$number" >/proc/irq/4/smp_affinity_list; then echo "to $number accepted"
  else echo "to $number refused"; fi
  /bin/busybox sleep 0.3
  echo "before $(serial)"
  /bin/busybox sleep 0.3
  echo "after $(serial)"
done
part dmesg
/bin/busybox dmesg
part end
/bin/busybox poweroff -f
