/*
 * floor: what nobody who uses these libraries gets below.
 *
 * usage: floor SERVER COUNT
 *
 * Is linked with every library that ddnsupd is linked with and calls none of them: asks
 * a DNS server's IPv4 address COUNT questions and waits for each answer.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* corp.example IN SOA (RFC 1035 4.1), of zones/. */
static const uint8_t question[] = {
	0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	4, 'c', 'o', 'r', 'p', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 6, 0, 1,
};

int
main(int argc, char **argv)
{
	struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53)};
	struct timeval patience = {.tv_sec = 5};
	uint8_t answer[512];
	int fd;

	if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) {
		fprintf(stderr, "usage: floor SERVER COUNT\n");
		return 64;
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == -1 ||
	    connect(fd, (struct sockaddr *)&server, sizeof(server)) == -1)
		return 69;
	for (int left = atoi(argv[2]); left > 0; left--)
		if (send(fd, question, sizeof(question), 0) == -1 ||
		    recv(fd, answer, sizeof(answer), 0) == -1)
			return 69;
	close(fd);
	return 0;
}
