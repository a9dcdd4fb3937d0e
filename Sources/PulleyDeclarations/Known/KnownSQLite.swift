extension KnownText {
  /// A length of -1 is the string up to its NUL. A destructor of 0 is SQLITE_STATIC, one of -1
  /// SQLITE_TRANSIENT: neither is a function.
  static let sqlite = """
    typedef struct sqlite3 sqlite3;
    typedef struct sqlite3_stmt sqlite3_stmt;
    typedef struct sqlite3_value sqlite3_value;
    typedef struct sqlite3_context sqlite3_context;
    typedef struct sqlite3_blob sqlite3_blob;
    typedef struct sqlite3_backup sqlite3_backup;
    typedef struct sqlite3_mutex sqlite3_mutex;
    typedef struct sqlite3_snapshot sqlite3_snapshot;
    typedef struct sqlite3_str sqlite3_str;
    typedef struct sqlite3_module sqlite3_module;
    typedef struct sqlite3_index_info sqlite3_index_info;
    typedef long long int64;
    typedef unsigned long long uint64;

    // Databases
    int sqlite3_open(const char *name, sqlite3 **db [[pulley::out, pulley::finalizer(sqlite3_close_v2), nonnull]]);
    int sqlite3_open16(const void *name, sqlite3 **db [[pulley::out, pulley::finalizer(sqlite3_close_v2), nonnull]]);
    int sqlite3_open_v2(const char *name, sqlite3 **db [[pulley::out, pulley::finalizer(sqlite3_close_v2), nonnull]], int flags, const char *vfs);
    int sqlite3_close(sqlite3 *db [[pulley::released]]);
    int sqlite3_close_v2(sqlite3 *db [[pulley::released]]);
    int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int n, char **values [[counted_by(n)]], char **names [[counted_by(n)]]), void *data, char **message [[pulley::out]]);
    int sqlite3_get_table(sqlite3 *db, const char *sql, char ***table [[pulley::out, nonnull]], int *rows [[pulley::out]], int *columns [[pulley::out]], char **message [[pulley::out]]);
    int sqlite3_table_column_metadata(sqlite3 *db [[nonnull]], const char *name, const char *table, const char *column, const char **type [[pulley::out]], const char **collation [[pulley::out]], int *not_null [[pulley::out]], int *primary [[pulley::out]], int *automatic [[pulley::out]]);
    int sqlite3_load_extension(sqlite3 *db [[nonnull]], const char *file [[nonnull]], const char *entry, char **message [[pulley::out]]);
    int sqlite3_status(int what, int *now [[pulley::out, nonnull]], int *most [[pulley::out, nonnull]], int reset);
    int sqlite3_status64(int what, int64 *now [[pulley::out, nonnull]], int64 *most [[pulley::out, nonnull]], int reset);
    int sqlite3_db_status(sqlite3 *db [[nonnull]], int what, int *now [[pulley::out, nonnull]], int *most [[pulley::out, nonnull]], int reset);
    int sqlite3_wal_checkpoint_v2(sqlite3 *db [[nonnull]], const char *name, int mode, int *frames [[pulley::out]], int *done [[pulley::out]]);
    unsigned char *sqlite3_serialize(sqlite3 *db [[nonnull]], const char *name, int64 *n [[pulley::out]], unsigned flags) [[sized_by(n)]];

    // Memory
    void sqlite3_free(void *p [[pulley::released]]);
    void *sqlite3_realloc(void *p [[pulley::released]], int n);
    void *sqlite3_realloc64(void *p [[pulley::released]], uint64 n);
    void sqlite3_randomness(int n, void *to [[sized_by(n)]]);
    void sqlite3_mutex_free(sqlite3_mutex *mutex [[pulley::released]]);

    // Statements
    int sqlite3_prepare(sqlite3 *db, const char *sql, int n, sqlite3_stmt **statement [[pulley::out, pulley::finalizer(sqlite3_finalize), nonnull]], const char **rest [[pulley::out]]);
    int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n, sqlite3_stmt **statement [[pulley::out, pulley::finalizer(sqlite3_finalize), nonnull]], const char **rest [[pulley::out]]);
    int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags, sqlite3_stmt **statement [[pulley::out, pulley::finalizer(sqlite3_finalize), nonnull]], const char **rest [[pulley::out]]);
    int sqlite3_prepare16(sqlite3 *db, const void *sql, int n, sqlite3_stmt **statement [[pulley::out, pulley::finalizer(sqlite3_finalize), nonnull]], const void **rest [[pulley::out]]);
    int sqlite3_prepare16_v2(sqlite3 *db, const void *sql, int n, sqlite3_stmt **statement [[pulley::out, pulley::finalizer(sqlite3_finalize), nonnull]], const void **rest [[pulley::out]]);
    int sqlite3_prepare16_v3(sqlite3 *db, const void *sql, int n, unsigned flags, sqlite3_stmt **statement [[pulley::out, pulley::finalizer(sqlite3_finalize), nonnull]], const void **rest [[pulley::out]]);
    int sqlite3_finalize(sqlite3_stmt *statement [[pulley::released]]);

    // Parameters
    int sqlite3_bind_blob(sqlite3_stmt *s, int i, const void *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    int sqlite3_bind_blob64(sqlite3_stmt *s, int i, const void *from [[sized_by(n), pulley::kept]], uint64 n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    int sqlite3_bind_text(sqlite3_stmt *s, int i, const char *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    int sqlite3_bind_text16(sqlite3_stmt *s, int i, const void *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    int sqlite3_bind_text64(sqlite3_stmt *s, int i, const char *from [[sized_by(n), pulley::kept]], uint64 n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]], unsigned char encoding);
    int sqlite3_bind_pointer(sqlite3_stmt *s, int i, void *p, const char *type [[pulley::kept]], void (*done)(void *) [[pulley::kept]]);

    // Results of functions
    void sqlite3_result_blob(sqlite3_context *c [[nonnull]], const void *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    void sqlite3_result_blob64(sqlite3_context *c [[nonnull]], const void *from [[sized_by(n), pulley::kept]], uint64 n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    void sqlite3_result_text(sqlite3_context *c [[nonnull]], const char *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    void sqlite3_result_text64(sqlite3_context *c [[nonnull]], const char *from [[sized_by(n), pulley::kept]], uint64 n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]], unsigned char encoding);
    void sqlite3_result_text16(sqlite3_context *c [[nonnull]], const void *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    void sqlite3_result_text16le(sqlite3_context *c [[nonnull]], const void *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    void sqlite3_result_text16be(sqlite3_context *c [[nonnull]], const void *from [[sized_by(n), pulley::kept]], int n, void (*done)(void *) [[pulley::kept, pulley::sentinel(-1)]]);
    void sqlite3_result_error(sqlite3_context *c [[nonnull]], const char *message [[sized_by(n)]], int n);
    void sqlite3_result_error16(sqlite3_context *c [[nonnull]], const void *message [[sized_by(n)]], int n);
    void sqlite3_result_pointer(sqlite3_context *c [[nonnull]], void *p, const char *type [[pulley::kept]], void (*done)(void *) [[pulley::kept]]);
    sqlite3_value *sqlite3_value_dup(const sqlite3_value *value) [[pulley::finalizer(sqlite3_value_free)]];
    void sqlite3_value_free(sqlite3_value *value [[pulley::released]]);
    void sqlite3_set_auxdata(sqlite3_context *c [[nonnull]], int i, void *data, void (*done)(void *) [[pulley::kept]]);

    // Functions and collations
    int sqlite3_create_function(sqlite3 *db [[nonnull]], const char *name, int n, int flags, void *data, void (*call)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*step)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*final)(sqlite3_context *) [[pulley::kept]]);
    int sqlite3_create_function16(sqlite3 *db [[nonnull]], const void *name, int n, int flags, void *data, void (*call)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*step)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*final)(sqlite3_context *) [[pulley::kept]]);
    int sqlite3_create_function_v2(sqlite3 *db [[nonnull]], const char *name, int n, int flags, void *data, void (*call)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*step)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*final)(sqlite3_context *) [[pulley::kept]], void (*done)(void *) [[pulley::kept]]);
    int sqlite3_create_window_function(sqlite3 *db [[nonnull]], const char *name, int n, int flags, void *data, void (*step)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*final)(sqlite3_context *) [[pulley::kept]], void (*value)(sqlite3_context *) [[pulley::kept]], void (*inverse)(sqlite3_context *, int n, sqlite3_value **values [[counted_by(n)]]) [[pulley::kept]], void (*done)(void *) [[pulley::kept]]);
    int sqlite3_create_collation(sqlite3 *db [[nonnull]], const char *name [[nonnull]], int flags, void *data, int (*compare)(void *, int n, const void *a [[sized_by(n)]], int m, const void *b [[sized_by(m)]]) [[pulley::kept]]);
    int sqlite3_create_collation_v2(sqlite3 *db [[nonnull]], const char *name [[nonnull]], int flags, void *data, int (*compare)(void *, int n, const void *a [[sized_by(n)]], int m, const void *b [[sized_by(m)]]) [[pulley::kept]], void (*done)(void *) [[pulley::kept]]);
    int sqlite3_create_collation16(sqlite3 *db [[nonnull]], const void *name [[nonnull]], int flags, void *data, int (*compare)(void *, int n, const void *a [[sized_by(n)]], int m, const void *b [[sized_by(m)]]) [[pulley::kept]]);
    int sqlite3_collation_needed(sqlite3 *db [[nonnull]], void *data, void (*needed)(void *, sqlite3 *, int, const char *) [[pulley::kept]]);

    // Hooks
    int sqlite3_busy_handler(sqlite3 *db [[nonnull]], int (*busy)(void *, int) [[pulley::kept]], void *data);
    int sqlite3_set_authorizer(sqlite3 *db [[nonnull]], int (*allow)(void *, int, const char *, const char *, const char *, const char *) [[pulley::kept]], void *data);
    void *sqlite3_trace(sqlite3 *db [[nonnull]], void (*trace)(void *, const char *) [[pulley::kept]], void *data);
    void *sqlite3_profile(sqlite3 *db [[nonnull]], void (*profile)(void *, const char *, uint64) [[pulley::kept]], void *data);
    int sqlite3_trace_v2(sqlite3 *db [[nonnull]], unsigned mask, int (*trace)(unsigned, void *, void *, void *) [[pulley::kept]], void *data);
    void sqlite3_progress_handler(sqlite3 *db [[nonnull]], int n, int (*progress)(void *) [[pulley::kept]], void *data);
    void *sqlite3_commit_hook(sqlite3 *db [[nonnull]], int (*commit)(void *) [[pulley::kept]], void *data);
    void *sqlite3_rollback_hook(sqlite3 *db [[nonnull]], void (*rollback)(void *) [[pulley::kept]], void *data);
    void *sqlite3_update_hook(sqlite3 *db [[nonnull]], void (*update)(void *, int, const char *, const char *, int64) [[pulley::kept]], void *data);
    void *sqlite3_wal_hook(sqlite3 *db [[nonnull]], int (*wal)(void *, sqlite3 *, const char *, int) [[pulley::kept]], void *data);
    int sqlite3_autovacuum_pages(sqlite3 *db [[nonnull]], unsigned (*pages)(void *, const char *, unsigned, unsigned, unsigned) [[pulley::kept]], void *data, void (*done)(void *) [[pulley::kept]]);
    int sqlite3_unlock_notify(sqlite3 *db [[nonnull]], void (*notify)(void **data [[counted_by(n)]], int n) [[pulley::kept]], void *data);

    // Blobs, backups and snapshots
    int sqlite3_blob_open(sqlite3 *db [[nonnull]], const char *name, const char *table [[nonnull]], const char *column [[nonnull]], int64 row, int flags, sqlite3_blob **blob [[pulley::out, pulley::finalizer(sqlite3_blob_close), nonnull]]);
    int sqlite3_blob_read(sqlite3_blob *blob, void *to [[sized_by(n)]], int n, int offset);
    int sqlite3_blob_write(sqlite3_blob *blob, const void *from [[sized_by(n)]], int n, int offset);
    int sqlite3_blob_close(sqlite3_blob *blob [[pulley::released]]);
    sqlite3_backup *sqlite3_backup_init(sqlite3 *to [[nonnull]], const char *name, sqlite3 *from [[nonnull]], const char *source) [[pulley::finalizer(sqlite3_backup_finish)]];
    int sqlite3_backup_finish(sqlite3_backup *backup [[pulley::released]]);
    int sqlite3_snapshot_get(sqlite3 *db [[nonnull]], const char *name, sqlite3_snapshot **snapshot [[pulley::out, pulley::finalizer(sqlite3_snapshot_free), nonnull]]);
    void sqlite3_snapshot_free(sqlite3_snapshot *snapshot [[pulley::released]]);

    // Texts
    char *sqlite3_mprintf(const char *format, ...) [[format(sqlite_printf, 1, 2)]];
    char *sqlite3_snprintf(int n, char *to [[sized_by(n)]], const char *format, ...) [[format(sqlite_printf, 3, 4)]];
    void sqlite3_log(int code, const char *format, ...) [[format(sqlite_printf, 2, 3)]];
    void sqlite3_str_appendf(sqlite3_str *s [[nonnull]], const char *format, ...) [[format(sqlite_printf, 2, 3)]];
    void sqlite3_str_append(sqlite3_str *s [[nonnull]], const char *from [[sized_by(n)]], int n);
    char *sqlite3_str_finish(sqlite3_str *s [[pulley::released]]);
    int sqlite3_strnicmp(const char *a [[sized_by(n)]], const char *b [[sized_by(n)]], int n);
    int sqlite3_keyword_name(int i, const char **name [[pulley::out, nonnull]], int *n [[pulley::out, nonnull]]);
    int sqlite3_keyword_check(const char *name [[sized_by(n)]], int n);

    // NULL is not a database, a statement or a value for these.
    int sqlite3_extended_result_codes(sqlite3 *db, int on) [[nonnull]];
    int sqlite3_changes(sqlite3 *db) [[nonnull]];
    int sqlite3_total_changes(sqlite3 *db) [[nonnull]];
    int sqlite3_busy_timeout(sqlite3 *db, int ms) [[nonnull]];
    int sqlite3_limit(sqlite3 *db, int what, int value) [[nonnull]];
    int sqlite3_get_autocommit(sqlite3 *db) [[nonnull]];
    int sqlite3_db_release_memory(sqlite3 *db) [[nonnull]];
    int sqlite3_enable_load_extension(sqlite3 *db, int on) [[nonnull]];
    int sqlite3_db_cacheflush(sqlite3 *db) [[nonnull]];
    int sqlite3_wal_autocheckpoint(sqlite3 *db, int n) [[nonnull]];
    int sqlite3_vtab_on_conflict(sqlite3 *db) [[nonnull]];
    int sqlite3_is_interrupted(sqlite3 *db) [[nonnull]];
    void sqlite3_interrupt(sqlite3 *db) [[nonnull]];
    int64 sqlite3_last_insert_rowid(sqlite3 *db) [[nonnull]];
    void sqlite3_set_last_insert_rowid(sqlite3 *db, int64 row) [[nonnull]];
    int64 sqlite3_changes64(sqlite3 *db) [[nonnull]];
    int64 sqlite3_total_changes64(sqlite3 *db) [[nonnull]];
    sqlite3_mutex *sqlite3_db_mutex(sqlite3 *db) [[nonnull]];
    const char *sqlite3_db_name(sqlite3 *db, int i) [[nonnull]];
    const char *sqlite3_db_filename(sqlite3 *db [[nonnull]], const char *name);
    int sqlite3_db_readonly(sqlite3 *db [[nonnull]], const char *name);
    int sqlite3_txn_state(sqlite3 *db [[nonnull]], const char *name);
    int sqlite3_wal_checkpoint(sqlite3 *db [[nonnull]], const char *name);
    int sqlite3_file_control(sqlite3 *db [[nonnull]], const char *name, int what, void *data);
    sqlite3_stmt *sqlite3_next_stmt(sqlite3 *db [[nonnull]], sqlite3_stmt *s);
    int sqlite3_drop_modules(sqlite3 *db [[nonnull]], const char **kept);
    int sqlite3_declare_vtab(sqlite3 *db, const char *sql) [[nonnull]];
    int sqlite3_overload_function(sqlite3 *db, const char *name, int n) [[nonnull]];
    int sqlite3_collation_needed16(sqlite3 *db [[nonnull]], void *data, void (*needed)(void *, sqlite3 *, int, const void *) [[pulley::kept]]);
    int sqlite3_deserialize(sqlite3 *db [[nonnull]], const char *name, unsigned char *data, int64 n, int64 room, unsigned flags);
    int sqlite3_complete(const char *sql) [[nonnull]];
    int sqlite3_complete16(const void *sql) [[nonnull]];
    int sqlite3_auto_extension(void (*entry)(void) [[pulley::kept, nonnull]]);
    int sqlite3_bind_value(sqlite3_stmt *s, int i, const sqlite3_value *value [[nonnull]]);
    int sqlite3_clear_bindings(sqlite3_stmt *s) [[nonnull]];
    int sqlite3_transfer_bindings(sqlite3_stmt *from, sqlite3_stmt *to) [[nonnull]];
    int sqlite3_stmt_status(sqlite3_stmt *s [[nonnull]], int what, int reset);
    const char *sqlite3_column_name(sqlite3_stmt *s, int i) [[nonnull]];
    const void *sqlite3_column_name16(sqlite3_stmt *s, int i) [[nonnull]];
    const char *sqlite3_column_database_name(sqlite3_stmt *s, int i) [[nonnull]];
    const void *sqlite3_column_database_name16(sqlite3_stmt *s, int i) [[nonnull]];
    const char *sqlite3_column_table_name(sqlite3_stmt *s, int i) [[nonnull]];
    const void *sqlite3_column_table_name16(sqlite3_stmt *s, int i) [[nonnull]];
    const char *sqlite3_column_origin_name(sqlite3_stmt *s, int i) [[nonnull]];
    const void *sqlite3_column_origin_name16(sqlite3_stmt *s, int i) [[nonnull]];
    const char *sqlite3_column_decltype(sqlite3_stmt *s, int i) [[nonnull]];
    const void *sqlite3_column_decltype16(sqlite3_stmt *s, int i) [[nonnull]];
    int sqlite3_value_int(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_bytes(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_bytes16(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_type(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_numeric_type(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_nochange(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_frombind(sqlite3_value *value) [[nonnull]];
    int sqlite3_value_encoding(sqlite3_value *value) [[nonnull]];
    unsigned sqlite3_value_subtype(sqlite3_value *value) [[nonnull]];
    int64 sqlite3_value_int64(sqlite3_value *value) [[nonnull]];
    double sqlite3_value_double(sqlite3_value *value) [[nonnull]];
    const void *sqlite3_value_blob(sqlite3_value *value) [[nonnull]];
    const void *sqlite3_value_text16(sqlite3_value *value) [[nonnull]];
    const void *sqlite3_value_text16le(sqlite3_value *value) [[nonnull]];
    const void *sqlite3_value_text16be(sqlite3_value *value) [[nonnull]];
    const unsigned char *sqlite3_value_text(sqlite3_value *value) [[nonnull]];
    void *sqlite3_value_pointer(sqlite3_value *value [[nonnull]], const char *type);
    void *sqlite3_user_data(sqlite3_context *c) [[nonnull]];
    sqlite3 *sqlite3_context_db_handle(sqlite3_context *c) [[nonnull]];
    int sqlite3_aggregate_count(sqlite3_context *c) [[nonnull]];
    void *sqlite3_aggregate_context(sqlite3_context *c, int n) [[nonnull]];
    void *sqlite3_get_auxdata(sqlite3_context *c, int i) [[nonnull]];
    void sqlite3_result_double(sqlite3_context *c, double x) [[nonnull]];
    void sqlite3_result_int(sqlite3_context *c, int x) [[nonnull]];
    void sqlite3_result_int64(sqlite3_context *c, int64 x) [[nonnull]];
    void sqlite3_result_null(sqlite3_context *c) [[nonnull]];
    void sqlite3_result_value(sqlite3_context *c, sqlite3_value *value) [[nonnull]];
    void sqlite3_result_zeroblob(sqlite3_context *c, int n) [[nonnull]];
    int sqlite3_result_zeroblob64(sqlite3_context *c, uint64 n) [[nonnull]];
    void sqlite3_result_subtype(sqlite3_context *c, unsigned x) [[nonnull]];
    void sqlite3_result_error_toobig(sqlite3_context *c) [[nonnull]];
    void sqlite3_result_error_nomem(sqlite3_context *c) [[nonnull]];
    void sqlite3_result_error_code(sqlite3_context *c, int code) [[nonnull]];
    int sqlite3_vtab_nochange(sqlite3_context *c) [[nonnull]];
    int sqlite3_vtab_in_first(sqlite3_value *list, sqlite3_value **value [[nonnull]]);
    int sqlite3_vtab_in_next(sqlite3_value *list, sqlite3_value **value [[nonnull]]);
    int sqlite3_backup_step(sqlite3_backup *b, int n) [[nonnull]];
    int sqlite3_backup_remaining(sqlite3_backup *b) [[nonnull]];
    int sqlite3_backup_pagecount(sqlite3_backup *b) [[nonnull]];
    void sqlite3_str_appendall(sqlite3_str *s, const char *from) [[nonnull]];
    void sqlite3_str_appendchar(sqlite3_str *s, int n, char c) [[nonnull]];
    void sqlite3_str_reset(sqlite3_str *s) [[nonnull]];
    int sqlite3_create_module(sqlite3 *db [[nonnull]], const char *name [[nonnull]], const sqlite3_module *module, void *data);
    int sqlite3_create_module_v2(sqlite3 *db [[nonnull]], const char *name [[nonnull]], const sqlite3_module *module, void *data, void (*done)(void *) [[pulley::kept]]);
    const char *sqlite3_vtab_collation(sqlite3_index_info *index, int i) [[nonnull]];
    int sqlite3_vtab_distinct(sqlite3_index_info *index) [[nonnull]];
    int sqlite3_vtab_in(sqlite3_index_info *index, int i, int how) [[nonnull]];
    int sqlite3_vtab_rhs_value(sqlite3_index_info *index [[nonnull]], int i, sqlite3_value **value [[nonnull]]);
    """
}
