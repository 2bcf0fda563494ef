//! Model to configuration text: dhcpd.conf, iPXE scripts, answer files.
