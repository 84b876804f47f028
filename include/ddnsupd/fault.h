/*
 * fault: everything that can go wrong in the world, one code and one text each.
 *
 * Faults are for the world; our own mistakes are assert()ed.  A fault is translated
 * once, at the border (uv, c-ares, errno, a parser), and logged once, where the
 * decision is made.
 */
#ifndef DDNSUPD_FAULT_H
#define DDNSUPD_FAULT_H

#define FAULT_MAP(X)                                                                     \
	X(NONE, "no fault")                                                              \
	/* names (RFC 1035 2.3.4, RFC 1123 2.1, mission R4) */                           \
	X(NAME_EMPTY, "the name is empty")                                               \
	X(NAME_LONG, "the name is longer than 255 octets on the wire")                   \
	X(LABEL_EMPTY, "the name has an empty label")                                    \
	X(LABEL_LONG, "a label is longer than 63 octets")                                \
	X(LABEL_HYPHEN, "a label begins or ends with a hyphen")                          \
	X(NAME_CHARACTER, "only letters, digits and inner hyphens are allowed in a name") \
	X(NAME_UTF8, "the name is not ASCII; write it in its xn-- form")                 \
	X(NAME_LOCALHOST, "localhost is no name for DNS")                                \
	X(NAME_WIRE, "the name is malformed on the wire")                                \
	/* addresses and servers */                                                      \
	X(ADDR_SYNTAX, "not an IPv4 or IPv6 address")                                    \
	X(ADDR_SCOPE, "the interface after % is missing or too long")                    \
	X(PORT_SYNTAX, "the port after # must be 1 to 65535")                            \
	/* messages */                                                                   \
	X(MSG_SHORT, "the message is too short")                         \
	X(MSG_MALFORMED, "the message is malformed")                                     \
	X(MSG_MISMATCH, "the message does not answer what was asked")                    \
	X(MSG_TRUNCATED, "the answer was truncated")                                     \
	X(MSG_TOO_LARGE, "the message does not fit")                                     \
	/* the network */                                                                \
	X(TIMEOUT, "no answer")                                                          \
	X(PORT_UNREACHABLE, "the port is unreachable")                                   \
	X(UNREACHABLE, "the host or network is unreachable")                             \
	X(CONNECT, "the TCP connection was refused")                                     \
	X(RESET, "the connection was closed before the answer")                          \
	X(SEND, "the message could not be sent")                                         \
	X(NO_INTERFACE, "the interface does not exist")                                  \
	X(CANCELLED, "cancelled")                                                        \
	/* files */                                                                      \
	X(FILE_MISSING, "no such file or directory")                                     \
	X(FILE_DENIED, "permission denied")                                              \
	X(FILE_KIND, "not a regular file")                                               \
	X(FILE_LARGE, "the file is too large")                                           \
	X(FILE_NUL, "the file has a NUL byte: it is not text")                           \
	X(FILE_FULL, "no space left")                                                    \
	X(FILE_READ_ONLY, "the file system is read-only")                                \
	X(FILE_IO, "input/output error")                                                 \
	X(FILE_LOCKED, "locked by another process")                                      \
	X(TEXT_SYNTAX, "syntax error")                                                   \
	X(TEXT_VERSION, "written by a newer version")

enum fault {
#define X(code, text) FAULT_##code,
	FAULT_MAP(X)
#undef X
	FAULT_COUNT
};

/* The text of a fault: one lower-case clause, no full stop.  Never NULL. */
const char *fault_text(enum fault fault);

#endif
