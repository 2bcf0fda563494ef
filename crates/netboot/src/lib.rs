//! TFTP and HTTP for booting machines, from both ends: the servers and the pretend firmware.
