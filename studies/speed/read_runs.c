/*
 * Reads every file of a directory of runs, as many_runs_bench.ts compares with:
 * cc -O2 read_runs.c -o read_runs && ./read_runs RUNS
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char content[1 << 23];
static long total = 0;

static void read_file(const char *path) {
  int file = open(path, O_RDONLY);
  if (file < 0) return;
  ssize_t length;
  while ((length = read(file, content, sizeof content)) > 0) total += length;
  close(file);
}

static void read_run(const char *run) {
  char path[4096];
  snprintf(path, sizeof path, "%s/run.json", run);
  read_file(path);
  snprintf(path, sizeof path, "%s/config.json", run);
  read_file(path);
  snprintf(path, sizeof path, "%s/results", run);
  DIR *results = opendir(path);
  if (!results) return;
  for (struct dirent *entry; (entry = readdir(results));) {
    if (!strstr(entry->d_name, ".json")) continue;
    snprintf(path, sizeof path, "%s/results/%s", run, entry->d_name);
    read_file(path);
  }
  closedir(results);
}

int main(int count, char **arguments) {
  if (count != 2 || chdir(arguments[1]) != 0) return 1;
  DIR *runs = opendir(".");
  for (struct dirent *entry; (entry = readdir(runs));) {
    if (entry->d_name[0] != '.') read_run(entry->d_name);
  }
  closedir(runs);
  printf("%ld bytes\n", total);
  return 0;
}
