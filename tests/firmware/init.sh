#!/bin/busybox sh
# The whole of the tiny system: say who it is, fetch what its kernel arguments name, switch off.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev 2>/dev/null
arguments=$($b cat /proc/cmdline)
echo "LAB-ARGS $arguments"
profile=none
for a in $arguments; do
    case $a in lab.profile=*) profile=${a#*=} ;; esac
done
echo "LAB-UP serial=$($b cat /sys/class/dmi/id/product_serial) profile=$profile"
fetch() {
    if [ ! -e /lease ]; then
        while read -r module; do $b insmod "/modules/$module"; done </modules/order
        $b ip link set eth0 up
        $b udhcpc -i eth0 -n -q -f -t 20 -T 1 -s /lease.sh || return
    fi
    if $b wget -q -O /fetched "$1"; then
        echo "LAB-GOT $($b wc -c </fetched) bytes from $1"
    else
        echo "LAB-FAILED to fetch $1"
    fi
}
for a in $arguments; do
    case $a in lab.get=* | url=* | preseed/url=*) fetch "${a#*=}" ;; esac
done
echo "LAB-DONE $profile"
$b poweroff -f
