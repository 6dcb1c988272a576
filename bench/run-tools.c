/*
 * Runs commands one after the other as a small script would, and reads what they print.
 *
 * Each argument is one command, its words separated by blanks. Each line on stdin runs all of them; the answer is
 * "NANOSECONDS BYTES FAILURES".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define MOST_WORDS 16

static unsigned long bytes, failures;

static void run(const char *command)
{
	static char buffer[65536];
	char *words[MOST_WORDS + 1] = { 0 };
	char *copy = strdup(command);
	int ends[2], status;
	pid_t pid;
	ssize_t got;
	posix_spawn_file_actions_t actions;
	int count = 0;
	for (char *word = strtok(copy, " "); word != NULL && count < MOST_WORDS; word = strtok(NULL, " ")) words[count++] = word;
	if (pipe2(ends, O_CLOEXEC) != 0) exit(1);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	if (posix_spawnp(&pid, words[0], &actions, NULL, words, environ) != 0) exit(1);
	close(ends[1]);
	while ((got = read(ends[0], buffer, sizeof buffer)) > 0) bytes += got;
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) failures += 1;
	posix_spawn_file_actions_destroy(&actions);
	free(copy);
}

static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

int main(int argc, char **argv)
{
	char line[64];
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (fgets(line, sizeof line, stdin) != NULL) {
		uint64_t begin = now();
		bytes = failures = 0;
		for (int i = 1; i < argc; i += 1) run(argv[i]);
		printf("%lu %lu %lu\n", (unsigned long)(now() - begin), bytes, failures);
	}
	return 0;
}
