/* An ordinary WASI program: it counts the lines and words of files and of its input. Built with
 * wasi-libc. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void count(FILE *file, const char *name) {
  int lines = 0, words = 0, in_word = 0, c;
  while ((c = getc(file)) != EOF) {
    if (c == '\n') lines++;
    if (!isspace(c) && !in_word) words++;
    in_word = !isspace(c);
  }
  printf("%s: %d lines, %d words\n", name, lines, words);
}

int main(int argc, char **argv) {
  const char *title = getenv("TITLE");
  if (title) printf("%s\n", title);
  if (argc == 1) count(stdin, "input");
  for (int i = 1; i < argc; i++) {
    FILE *file = fopen(argv[i], "r");
    if (!file) {
      perror(argv[i]);
      return 1;
    }
    count(file, argv[i]);
    fclose(file);
  }
  return 0;
}
