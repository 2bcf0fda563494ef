#!/bin/busybox sh
# Called by udhcpc: takes the address that it was given.
[ "$1" = bound ] || exit 0
/bin/busybox ip addr add "$ip/$mask" dev "$interface"
echo "LAB-LEASE $ip"
: >/lease
