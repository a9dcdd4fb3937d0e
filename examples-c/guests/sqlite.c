/* An ordinary program that uses SQLite. It is compiled against SQLite's own header, and its calls of
 * sqlite3_… are imports, which the host takes from its library. `cc sqlite.c -lsqlite3` makes the
 * same program for this machine. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3 *database;

static void check(int status) {
  if (status == SQLITE_OK || status == SQLITE_DONE) return;
  printf("SQLite: %s\n", sqlite3_errmsg(database));
  exit(1);
}

/* SQLite calls this for each row of sqlite3_exec. */
static int print_row(void *prefix, int count, char **values, char **names) {
  int k;
  printf("%s", (const char *)prefix);
  for (k = 0; k < count; k++) printf(" %s = %s", names[k], values[k] ? values[k] : "NULL");
  printf("\n");
  return 0;
}

/* SQLite calls this for double_of(x) in a statement. */
static void double_of(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  sqlite3_result_double(context, 2 * sqlite3_value_double(values[0]));
}

int main(void) {
  static const struct {
    const char *name;
    double mass;
  } planets[] = {{"Mercury", 0.055}, {"Venus", 0.815}, {"Earth", 1}, {"Mars", 0.107}};
  sqlite3_stmt *statement;
  char *message = NULL;
  size_t k;

  check(sqlite3_open(":memory:", &database));
  check(sqlite3_exec(database, "create table planets(name text, mass real)", NULL, NULL, NULL));

  check(sqlite3_prepare_v2(database, "insert into planets values(?, ?)", -1, &statement, NULL));
  for (k = 0; k < sizeof planets / sizeof *planets; k++) {
    check(sqlite3_bind_text(statement, 1, planets[k].name, -1, SQLITE_TRANSIENT));
    check(sqlite3_bind_double(statement, 2, planets[k].mass));
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
  }
  check(sqlite3_finalize(statement));

  check(sqlite3_create_function(database, "double_of", 1, SQLITE_UTF8, NULL, double_of, NULL, NULL));
  check(sqlite3_prepare_v2(database, "select name, double_of(mass) from planets order by mass", -1,
                           &statement, NULL));
  while (sqlite3_step(statement) == SQLITE_ROW)
    printf("%s, doubled: %g\n", (const char *)sqlite3_column_text(statement, 0),
           sqlite3_column_double(statement, 1));
  check(sqlite3_finalize(statement));

  check(sqlite3_exec(database, "select count(*) as planets, max(mass) as largest from planets", print_row,
                     "all:", NULL));
  if (sqlite3_exec(database, "select * from moons", print_row, "none:", &message) != SQLITE_OK)
    printf("refused: %s\n", message);
  sqlite3_free(message);
  check(sqlite3_close(database));
  return 0;
}
