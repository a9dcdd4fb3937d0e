/* SQLite: handles, callbacks during a call and kept, strings of the host, values of every type. */
#include "guest.h"
#include <sqlite3.h>

static sqlite3 *database;
static int rows;

static int print_row(void *prefix, int count, char **values, char **names) {
  printf("%s", (const char *)prefix);
  for (int k = 0; k < count; k++) printf(" %s=%s", names[k], values[k] ? values[k] : "NULL");
  printf("\n");
  rows++;
  return 0;
}

static int stop(void *unused, int count, char **values, char **names) {
  (void)unused, (void)count, (void)values, (void)names;
  return 1;
}

/* hypotenuse(a, b) */
static void hypotenuse(sqlite3_context *context, int count, sqlite3_value **values) {
  double a = sqlite3_value_double(values[0]), b = sqlite3_value_double(values[1]);
  int *calls = sqlite3_user_data(context);
  *calls += count;
  if (a < 0) sqlite3_result_error(context, "no negative sides", -1);
  else sqlite3_result_double(context, a * a + b * b);
}

/* reversed(text) */
static void reversed(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count;
  const char *text = (const char *)sqlite3_value_text(values[0]);
  int length = sqlite3_value_bytes(values[0]);
  char result[32];
  for (int k = 0; k < length; k++) result[k] = text[length - 1 - k];
  sqlite3_result_text(context, result, length, SQLITE_TRANSIENT);
}

/* An aggregate: total(length) */
static long long sum;
static void total_step(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)context, (void)count;
  sum += sqlite3_value_int64(values[0]);
}
static void total_final(sqlite3_context *context) { sqlite3_result_int64(context, sum); }

static int backwards(void *unused, int length_a, const void *a, int length_b, const void *b) {
  (void)unused;
  int length = length_a < length_b ? length_a : length_b;
  int order = memcmp(b, a, (size_t)length);
  return order ? order : length_b - length_a;
}

static int execute(const char *text, int (*row)(void *, int, char **, char **), void *argument) {
  char *message = NULL;
  int status = sqlite3_exec(database, text, row, argument, &message);
  if (message) printf("message: %s\n", message);
  sqlite3_free(message);
  return status;
}

static int create(const char *name, int count, void *data, void (*function)(sqlite3_context *, int, sqlite3_value **)) {
  return sqlite3_create_function(database, name, count, SQLITE_UTF8, data, function, NULL, NULL);
}

EXPORT("run") int run(void) {
  sqlite3_stmt *statement = NULL;
  const char *tail = NULL;
  static int calls;

  printf("open %d\n", sqlite3_open(":memory:", &database));
  printf("exec %d\n", execute("create table t(id integer primary key, name text, weight real, data blob)", NULL, NULL));
  printf("prepare %d\n", sqlite3_prepare_v2(database, "insert into t(name, weight, data) values(?, ?, ?); select 1", -1,
                                            &statement, &tail));
  printf("tail \"%s\", parameters %d\n", tail, sqlite3_bind_parameter_count(statement));
  for (int k = 0; k < 5; k++) {
    char name[16];
    unsigned char bytes[4] = {0, (unsigned char)k, 255, 0};
    snprintf(name, sizeof name, "name %d", k * 7 % 5);
    printf("%d", sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT));
    printf(" %d", k == 3 ? sqlite3_bind_null(statement, 2) : sqlite3_bind_double(statement, 2, k * 1.25));
    printf(" %d", sqlite3_bind_blob(statement, 3, bytes, 4, SQLITE_TRANSIENT));
    printf(" %d", sqlite3_step(statement));
    printf(" %d\n", sqlite3_reset(statement));
  }
  printf("finalize %d, rowid %lld\n", sqlite3_finalize(statement), sqlite3_last_insert_rowid(database));

  printf("exec %d\n", execute("select id, name, weight from t order by name", print_row, "row:"));
  printf("%d rows\n", rows);
  printf("stopped %d\n", execute("select * from t", stop, NULL));
  printf("error: %s\n", sqlite3_errmsg(database));

  printf("create %d\n", create("hypotenuse", 2, &calls, hypotenuse));
  printf("create %d\n", create("reversed", 1, NULL, reversed));
  printf("create %d\n",
         sqlite3_create_function(database, "total_of", 1, SQLITE_UTF8, NULL, NULL, total_step, total_final));
  printf("collation %d\n", sqlite3_create_collation(database, "backwards", SQLITE_UTF8, NULL, backwards));
  printf("prepare %d\n",
         sqlite3_prepare_v2(database,
                            "select id, reversed(name), hypotenuse(weight, 3), weight, data, 1 << 40 from t "
                            "order by name collate backwards",
                            -1, &statement, NULL));
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const unsigned char *text = sqlite3_column_text(statement, 1);
    printf("%d |%s| %d bytes, %g, type %d, %lld, %s\n", sqlite3_column_int(statement, 0), text,
           sqlite3_column_bytes(statement, 1), sqlite3_column_double(statement, 2), sqlite3_column_type(statement, 3),
           sqlite3_column_int64(statement, 5), sqlite3_column_name(statement, 5));
  }
  printf("finalize %d, calls %d\n", sqlite3_finalize(statement), calls);
  printf("exec %d\n", execute("select total_of(id) as total from t", print_row, "sum:"));
  printf("exec %d\n", execute("select hypotenuse(-1, 0)", print_row, "none:"));
  printf("exec %d\n", execute("select * from nowhere", NULL, NULL));
  printf("error %d: %s\n", sqlite3_errcode(database), sqlite3_errmsg(database));
  printf("changes %d, version %d\n", sqlite3_total_changes(database), sqlite3_libversion_number() >= 3000000);
  printf("close %d\n", sqlite3_close(database));
  return 0;
}
